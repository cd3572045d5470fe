/* SPDX-License-Identifier: MIT */
/* Panel 4: who serves which requests, how well, and the way back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/meter.h"
#include "ui/traffic-table.h"

struct style way_back_text(const struct environment_model *it, int64_t now_ms,
			   char *text, size_t size)
{
	char took[CLOCK_TEXT_SIZE];

	if (it->rolling_back) {
		snprintf(text, size, "ROLLING BACK");
		return (struct style){ROLE_WARNING, true, true};
	}
	if (it->drilling) {
		snprintf(text, size, "DRILL");
		return (struct style){ROLE_WARNING, true, true};
	}
	if (!it->way_back.known) {
		snprintf(text, size, "B ?");
		return (struct style){ROLE_DIM, false, false};
	}
	if (it->way_back.unknown_since) {
		snprintf(text, size, "B NOT KNOWN for %s: %s",
			 format_ms((now_ms - it->way_back.unknown_since) /
					   1000 * 1000,
				   took),
			 it->way_back.text);
		return (struct style){ROLE_WARNING, true, false};
	}
	if (!it->way_back.ready) {
		snprintf(text, size, "B NOT READY%s%s",
			 *it->way_back.text ? ": " : "", it->way_back.text);
		return (struct style){ROLE_WARNING, true, false};
	}
	if (it->way_back.migrations) {
		/* What is before the colon stands where there is no room. */
		snprintf(text, size, "B READY, migrations stay: %lld file%s",
			 (long long)it->way_back.migrations,
			 it->way_back.migrations == 1 ? "" : "s");
		return (struct style){ROLE_WARNING, true, false};
	}
	if (it->way_back.last_ms >= 0)
		snprintf(text, size, "B READY %s",
			 format_ms(it->way_back.last_ms, took));
	else
		snprintf(text, size, "B READY");
	return (struct style){ROLE_PASSED, true, false};
}

/* As short as the row of a list needs it. */
static const char *short_age(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	long long hours = ms / (60 * 60 * 1000);

	if (hours < 48)
		return format_age(ms, text);
	snprintf(text, CLOCK_TEXT_SIZE, "%lld d", hours / 24);
	return text;
}

const char *way_back_last(const struct environment_model *it, int64_t now_ms,
			  char text[WAY_BACK_SIZE])
{
	char took[CLOCK_TEXT_SIZE], age[CLOCK_TEXT_SIZE];

	if (it->way_back.last_ms < 0)
		return strcpy(text, "never gone");
	format_ms(it->way_back.last_ms, took);
	if (!it->way_back.last_at)
		snprintf(text, WAY_BACK_SIZE, "%s", took);
	else
		snprintf(text, WAY_BACK_SIZE, "%s, %s, %s ago", took,
			 it->way_back.last_was_drill ? "drill" : "rollback",
			 short_age(now_ms - it->way_back.last_at, age));
	return text;
}

bool is_judged_bad(const struct environment_model *it, int colour)
{
	return colour == it->candidate &&
	       (strcmp(it->analysis_verdict, "fail") == 0 ||
		strcmp(it->analysis_verdict, "error") == 0);
}

/* Since when nothing is known, or that nothing ever came. */
static void draw_silence(struct pen *pen, const struct colour_model *colour)
{
	char clock[CLOCK_TEXT_SIZE];

	pen_role(pen, ROLE_DIM);
	if (colour->sampled)
		pen_printf(pen, "      ? silent since %s",
			   clock_format_local(colour->sampled, clock));
	else
		pen_text(pen, "      -");
}

/* One colour in one row: share, rate, errors, p99, graph of the errors. */
static void draw_row(const struct view *view,
		     const struct environment_model *it,
		     const struct area *area, int row, int colour)
{
	const struct colour_model *mine = &it->colours[colour];
	struct pen pen = pen_at(area, row, 1);
	bool bad = is_judged_bad(it, colour);

	pen_bold(&pen, colour_role((enum colour)colour));
	pen_field(&pen, 5, format_colour((enum colour)colour));
	pen_role(&pen, ROLE_NORMAL);
	if (meter_is_silent(view, mine)) {
		draw_silence(&pen, mine);
		return;
	}
	meter_number(&pen, 7, meter_seen_share(it, colour), 1, "%");
	meter_number(&pen, 6, mine->rate, 0, "/s");
	if (isnan(mine->error_rate) && !(mine->rate > 0))
		return; /* nothing to measure */
	if (bad)
		pen_bold(&pen, ROLE_FAILED);
	meter_number(&pen, 7, mine->error_rate, 2, "%");
	pen_text(&pen, bad ? "!" : " ");
	pen_role(&pen, ROLE_NORMAL);
	if (isnan(mine->p99) && !(mine->rate > 0))
		pen_field_right(&pen, 6, "-");
	else
		meter_number(&pen, 6, mine->p99, 0, "ms");
	pen.col++;
	meter_graph(&pen, it, colour, MEASURE_ERRORS, area->cols - pen.col - 1);
}

static void draw_asked(const struct environment_model *it,
		       const struct area *area, int row)
{
	char text[64], blue[NUMBER_TEXT_SIZE], green[NUMBER_TEXT_SIZE];
	struct pen pen = pen_at(area, row, 1);
	int width;

	snprintf(text, sizeof(text), "asked %s/%s%s",
		 number_real(it->colours[COLOUR_BLUE].asked, 1, blue),
		 number_real(it->colours[COLOUR_GREEN].asked, 1, green),
		 it->changing ? " moving" : "");
	width = area->cols - 3 - (int)strlen(text);
	meter_bar(it, area, row, width);
	pen.col = 1 + width + 1;
	pen_role(&pen, it->changing ? ROLE_WARNING : ROLE_DIM);
	pen_text(&pen, text);
}

int traffic_draw_observed(const struct environment_model *it,
			  const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);

	if (row >= area->rows || !*it->observed)
		return row;
	pen_role(&pen, it->disagrees ? ROLE_WARNING : ROLE_DIM);
	pen.style.bold = it->disagrees;
	pen_glyph(&pen, it->disagrees ? GLYPH_WARNING : GLYPH_PASSED);
	pen_text(&pen, " ");
	return pen_wrap(&pen, it->observed);
}

int traffic_draw_verdict(const struct environment_model *it,
			 const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);
	bool bad = strcmp(it->analysis_verdict, "fail") == 0 ||
		   strcmp(it->analysis_verdict, "error") == 0;

	if (row >= area->rows || !*it->analysis_text)
		return row;
	pen_role(&pen, bad ? ROLE_FAILED : ROLE_DIM);
	pen.style.bold = bad;
	pen_glyph(&pen, bad ? GLYPH_FAILED
			: strcmp(it->analysis_verdict, "pass") == 0
				? GLYPH_PASSED
				: GLYPH_RUNNING);
	pen_text(&pen, " ");
	return pen_wrap(&pen, it->analysis_text);
}

static void draw_low(const struct view *view,
		     const struct environment_model *it,
		     const struct area *area)
{
	draw_row(view, it, area, 1, COLOUR_BLUE);
	draw_row(view, it, area, 2, COLOUR_GREEN);
	if (area->rows > 3)
		draw_asked(it, area, 3);
	traffic_draw_observed(it, area, traffic_draw_verdict(it, area, 4));
}

/* The smallest form: all in the rule. Of a silent one nothing but what it was
 * asked to take is known. */
static void draw_line(const struct view *view,
		      const struct environment_model *it, struct rule *rule)
{
	for (int c = 0; c < COLOUR_COUNT; c++) {
		const struct colour_model *colour = &it->colours[c];
		const char *name = format_colour((enum colour)c);
		char share[NUMBER_TEXT_SIZE], err[NUMBER_TEXT_SIZE];
		bool silent = meter_is_silent(view, colour);
		bool bad = is_judged_bad(it, c) && !silent;
		char *text;

		format_fixed(silent ? colour->asked : meter_share(it, c), 0,
			     share);
		if (!colour->sampled)
			text = xasprintf("%s -", name);
		else if (silent)
			text = xasprintf("%s %s%% ?", name, share);
		else
			text = xasprintf(
				"%s %s%% %s%%%s", name, share,
				format_fixed(colour->error_rate, 2, err),
				bad ? "!" : "");
		rule_left(rule,
			  (struct style){bad ? ROLE_FAILED
					     : colour_role((enum colour)c),
					 true, false},
			  text);
		free(text);
	}
}

static void add_title(const struct environment_model *it, struct rule *rule)
{
	char asked[NUMBER_TEXT_SIZE];
	char *text;

	if (it->candidate >= 0 && !*it->stage)
		text = xasprintf("TRAFFIC run %lld has %s %%",
				 (long long)it->candidate_run,
				 number_real(it->colours[it->candidate].asked,
					     1, asked));
	else if (it->candidate >= 0)
		text = xasprintf("TRAFFIC %s of 100 %%",
				 number_real(it->colours[it->candidate].asked,
					     1, asked));
	else
		text = xasprintf("TRAFFIC %s", it->name);
	rule_title(rule, 4, text);
	free(text);
}

static void traffic_draw(const struct view *view, const struct model *model,
			 const struct area *area)
{
	const struct environment_model *it = model_focus(model);
	struct rule rule = rule_draw(area, 0, view->focus == PANEL_TRAFFIC);
	char text[160];
	struct style style;

	if (!it) {
		rule_title(&rule, 4, "TRAFFIC");
		if (area->rows > 1) {
			struct pen pen = pen_at(area, 1, 1);

			pen_role(&pen, ROLE_DIM);
			pen_text(&pen, "no environment is served yet");
		}
		return;
	}
	style = way_back_text(it, view->now_ms, text, sizeof(text));
	if (text_width(area->grid, text) > area->cols - 26)
		text[strcspn(text, ":")] = '\0';
	rule_right(&rule, style, text);
	if (area->rows == 1) {
		draw_line(view, it, &rule);
		return;
	}
	add_title(it, &rule);
	if (area->rows >= 8)
		traffic_table_draw(view, model, it, area);
	else
		draw_low(view, it, area);
}

const struct view_ops traffic_ops = {
	.draw = traffic_draw,
};
