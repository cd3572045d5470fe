/* SPDX-License-Identifier: MIT */
#include "ui/tint.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const tint_names[] = {
	"black",	"red",
	"green",	"yellow",
	"blue",		"magenta",
	"cyan",		"white",
	"bright-black", "bright-red",
	"bright-green", "bright-yellow",
	"bright-blue",	"bright-magenta",
	"bright-cyan",	"bright-white",
	"default",	NULL,
};

static const struct rgb basic[16] = {
	{0x00, 0x00, 0x00}, {0xcd, 0x00, 0x00}, {0x00, 0xcd, 0x00},
	{0xcd, 0xcd, 0x00}, {0x00, 0x00, 0xee}, {0xcd, 0x00, 0xcd},
	{0x00, 0xcd, 0xcd}, {0xe5, 0xe5, 0xe5}, {0x7f, 0x7f, 0x7f},
	{0xff, 0x00, 0x00}, {0x00, 0xff, 0x00}, {0xff, 0xff, 0x00},
	{0x5c, 0x5c, 0xff}, {0xff, 0x00, 0xff}, {0x00, 0xff, 0xff},
	{0xff, 0xff, 0xff},
};

static struct tint indexed(int index)
{
	return (struct tint){.kind = TINT_INDEX, .index = (uint8_t)index};
}

static bool parse_hex(const char *text, struct tint *tint)
{
	unsigned long value;

	if (strlen(text) != 7 ||
	    strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	value = strtoul(text + 1, NULL, 16);
	tint->kind = TINT_RGB;
	tint->rgb = (struct rgb){(uint8_t)(value >> 16), (uint8_t)(value >> 8),
				 (uint8_t)value};
	return true;
}

bool tint_parse(const char *text, struct tint *tint)
{
	*tint = (struct tint){.kind = TINT_DEFAULT};
	if (*text == '#')
		return parse_hex(text, tint);
	if (isdigit((unsigned char)*text)) {
		char *end;
		unsigned long value = strtoul(text, &end, 10);

		if (*end || value > 255)
			return false;
		*tint = indexed((int)value);
		return true;
	}
	for (int i = 0; tint_names[i]; i++) {
		if (strcmp(text, tint_names[i]) != 0)
			continue;
		if (i < 16)
			*tint = indexed(i);
		return true;
	}
	return false;
}

bool tint_equal(struct tint a, struct tint b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == TINT_INDEX)
		return a.index == b.index;
	return a.kind == TINT_DEFAULT ||
	       (a.rgb.red == b.rgb.red && a.rgb.green == b.rgb.green &&
		a.rgb.blue == b.rgb.blue);
}

static uint8_t cube(int step)
{
	return (uint8_t)(step ? 55 + 40 * step : 0);
}

struct rgb tint_indexed(int index)
{
	uint8_t grey = (uint8_t)(8 + 10 * (index - 232));

	if (index < 16)
		return basic[index];
	if (index >= 232)
		return (struct rgb){grey, grey, grey};
	index -= 16;
	return (struct rgb){cube(index / 36), cube(index / 6 % 6),
			    cube(index % 6)};
}

static double linear(uint8_t value)
{
	double part = value / 255.0;

	return part <= 0.04045 ? part / 12.92
			       : pow((part + 0.055) / 1.055, 2.4);
}

static double lightness(double part)
{
	return part > 0.008856 ? cbrt(part) : 7.787 * part + 16.0 / 116;
}

/* CIELAB under D65. */
static void to_lab(struct rgb it, double lab[3])
{
	double red = linear(it.red);
	double green = linear(it.green);
	double blue = linear(it.blue);
	double x = lightness((0.4124 * red + 0.3576 * green + 0.1805 * blue) /
			     0.9505);
	double y = lightness(0.2126 * red + 0.7152 * green + 0.0722 * blue);
	double z = lightness((0.0193 * red + 0.1192 * green + 0.9505 * blue) /
			     1.089);

	lab[0] = 116 * y - 16;
	lab[1] = 500 * (x - y);
	lab[2] = 200 * (y - z);
}

double rgb_difference(struct rgb a, struct rgb b)
{
	double one[3], other[3];
	double sum = 0;

	to_lab(a, one);
	to_lab(b, other);
	for (int i = 0; i < 3; i++)
		sum += (one[i] - other[i]) * (one[i] - other[i]);
	return sqrt(sum);
}

static struct tint nearest(struct rgb rgb, int first, int end)
{
	int best = first;
	double least = rgb_difference(rgb, tint_indexed(first));

	for (int i = first + 1; i < end; i++) {
		double difference = rgb_difference(rgb, tint_indexed(i));

		if (difference < least) {
			least = difference;
			best = i;
		}
	}
	return indexed(best);
}

struct tint tint_nearest(struct tint tint, enum depth depth)
{
	static const int counts[] = {
		[DEPTH_8] = 8, [DEPTH_16] = 16, [DEPTH_256] = 256};
	struct rgb rgb;

	if (tint.kind == TINT_DEFAULT || depth == DEPTH_NONE)
		return (struct tint){.kind = TINT_DEFAULT};
	if (depth == DEPTH_TRUE ||
	    (tint.kind == TINT_INDEX && tint.index < counts[depth]))
		return tint;
	rgb = tint.kind == TINT_RGB ? tint.rgb : tint_indexed(tint.index);
	return depth == DEPTH_256 ? nearest(rgb, 16, 256)
				  : nearest(rgb, 0, counts[depth]);
}
