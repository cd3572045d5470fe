/* SPDX-License-Identifier: MIT */
/* Colours as a theme names them, and what a terminal of fewer colours shows
 * for them. */
#ifndef SIGNALBOX_UI_TINT_H
#define SIGNALBOX_UI_TINT_H

#include <stdbool.h>
#include <stdint.h>

struct rgb {
	uint8_t red, green, blue;
};

enum tint_kind {
	TINT_DEFAULT, /* the terminal's own */
	TINT_INDEX,   /* below 16 of the person's own palette */
	TINT_RGB,
};

struct tint {
	enum tint_kind kind;
	uint8_t index;	/* of TINT_INDEX */
	struct rgb rgb; /* of TINT_RGB */
};

/* How many colours a terminal has. */
enum depth { DEPTH_NONE, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

/* "#rrggbb", "0" to "255", a name, or "default"; false: none of these. */
bool tint_parse(const char *text, struct tint *tint);
/* The names, for complaints; ends with NULL. */
extern const char *const tint_names[];
bool tint_equal(struct tint a, struct tint b);
/* What xterm's table has for 0 to 255. */
struct rgb tint_indexed(int index);
/* The nearest that so many colours give. From 16 to 255 a colour is the same
 * everywhere: only those are taken where there are 256. */
struct tint tint_nearest(struct tint tint, enum depth depth);
/* How different two colours look: CIE 1976, about 2 is just noticeable. */
double rgb_difference(struct rgb a, struct rgb b);

#endif
