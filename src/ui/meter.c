/* SPDX-License-Identifier: MIT */
#include "ui/meter.h"

#include <math.h>
#include <stdio.h>

#include "ui/format.h"

/* A sample older than this says nothing about now. */
#define SILENT_MS 5000

bool meter_is_silent(const struct view *view, const struct colour_model *colour)
{
	return !colour->sampled || view->now_ms - colour->sampled > SILENT_MS;
}

static double sample_of(const struct colour_model *colour, size_t i,
			enum measure measure)
{
	switch (measure) {
	case MEASURE_RATE:
		return colour->samples[i].rate;
	case MEASURE_ERRORS:
		return colour->samples[i].error_rate;
	default:
		return colour->samples[i].p99;
	}
}

/* Both colours' graphs of a measure have one scale, so they can be compared. */
static double greatest(const struct environment_model *it, enum measure measure,
		       size_t width)
{
	double most = measure == MEASURE_ERRORS ? 1 : 0;

	for (int c = 0; c < COLOUR_COUNT; c++) {
		const struct colour_model *colour = &it->colours[c];
		size_t count = colour->sample_count;
		size_t first = count > width ? count - width : 0;

		for (size_t i = first; i < count; i++)
			if (sample_of(colour, i, measure) > most)
				most = sample_of(colour, i, measure);
	}
	return most;
}

void meter_graph(struct pen *pen, const struct environment_model *it,
		 int colour, enum measure measure, int width)
{
	const struct colour_model *mine = &it->colours[colour];
	size_t room = width > 0 ? (size_t)width : 0;
	size_t count = mine->sample_count;
	size_t first = count > room ? count - room : 0;
	double most = greatest(it, measure, room);
	bool unicode = pen->area->grid->charset.unicode;
	int levels = unicode ? 7 : 6;

	pen->col += (int)(room - (count - first));
	pen_role(pen, colour_role((enum colour)colour));
	for (size_t i = first; i < count; i++) {
		double value = sample_of(mine, i, measure);

		if (isnan(value) || most <= 0)
			pen_code(pen, ' ');
		else
			pen_code(pen,
				 graph_code((int)(value / most * levels + 0.5),
					    unicode));
	}
}

double meter_seen_share(const struct environment_model *it, int colour)
{
	const struct colour_model *mine = &it->colours[colour];

	return mine->sampled > it->changed ? mine->share : NAN;
}

double meter_share(const struct environment_model *it, int colour)
{
	double seen = meter_seen_share(it, colour);

	return isnan(seen) ? it->colours[colour].asked : seen;
}

void meter_bar(const struct environment_model *it, const struct area *area,
	       int row, int width)
{
	double blue = meter_share(it, COLOUR_BLUE);
	double green = meter_share(it, COLOUR_GREEN);
	struct pen pen = pen_at(area, row, 1);
	int inner = width - 2;
	int filled;

	if (inner < 4)
		return;
	if (isnan(blue))
		blue = isnan(green) ? 0 : 100 - green;
	filled = (int)(blue / 100 * inner + 0.5);
	/* What has any share at all has at least one cell. */
	if (filled == inner && green > 0)
		filled--;
	if (filled == 0 && blue > 0)
		filled++;
	pen_role(&pen, ROLE_RULE);
	pen_code(&pen, '[');
	pen_role(&pen, ROLE_BLUE);
	pen_repeat(&pen, GLYPH_BAR_LEFT, filled);
	pen_role(&pen, ROLE_GREEN);
	if (!isnan(green) || !isnan(it->colours[COLOUR_BLUE].asked))
		pen_repeat(&pen, GLYPH_BAR_RIGHT, inner - filled);
	else
		pen.col += inner - filled;
	pen_role(&pen, ROLE_RULE);
	pen_code(&pen, ']');
}

void meter_number(struct pen *pen, int width, double value, int decimals,
		  const char *unit)
{
	char digits[NUMBER_TEXT_SIZE];
	char text[NUMBER_TEXT_SIZE + 8];

	snprintf(text, sizeof(text), "%s%s",
		 format_fixed(value, decimals, digits), unit);
	pen_field_right(pen, width, text);
}
