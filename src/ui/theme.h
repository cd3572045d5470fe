/* SPDX-License-Identifier: MIT */
/*
 * How a role looks. A theme says it once, in all the colours there are; what
 * a terminal of fewer shows is worked out from that. No terminal here.
 *
 *	if (theme_load(&theme, name, &problems, &err) < 0)
 *		... print the problems, then the error ...
 *	theme_looks(&theme, depth, looks);
 *	struct look look = look_of(looks, cell);
 *	theme_release(&theme);
 */
#ifndef SIGNALBOX_UI_THEME_H
#define SIGNALBOX_UI_THEME_H

#include <stdbool.h>

#include "base/strings.h"
#include "ui/grid.h"
#include "ui/tint.h"
#include "yaml/problems.h"

struct look {
	struct tint text, ground;
	bool bold, dim, reverse, underline;
};

struct theme_role {
	struct look look;
	/* Instead of the nearest, where there are 16 colours or fewer. */
	struct tint basic;
	bool has_basic;
};

enum background { BACKGROUND_ANY, BACKGROUND_DARK, BACKGROUND_LIGHT };

struct theme {
	char *about; /* one line, or NULL */
	enum background background;
	struct theme_role roles[ROLE_COUNT];
};

#define THEME_INIT         \
	{                  \
		.about = 0 \
	}

extern const char *const role_names[ROLE_COUNT];

/* name: of one that is shipped or the person's own; the path of a file, which
 * has a '/' or ends in .yaml; NULL or "auto": by COLORFGBG "light" or
 * "dark", without it "terminal". */
int theme_load(struct theme *theme, const char *name, struct problems *problems,
	       struct error *err) MUST_CHECK;
/* By the text of a file. */
int theme_parse(struct theme *theme, const char *text, size_t len,
		const char *file, struct problems *problems) MUST_CHECK;
void theme_release(struct theme *theme);
/* All names that theme_load() knows, in order. */
void theme_list(struct strings *names);
/* The file in which the person has a theme of this name; the caller's. */
char *theme_path(const char *name);

/* What is built in, from the files in themes/; ends with a NULL name. */
struct shipped_theme {
	const char *name, *text;
};
extern const struct shipped_theme shipped_themes[];

/* What every role looks like in so many colours. */
void theme_looks(const struct theme *theme, enum depth depth,
		 struct look looks[ROLE_COUNT]);
struct look look_of(const struct look looks[ROLE_COUNT],
		    const struct cell *cell);

#endif
