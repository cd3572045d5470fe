/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <stdlib.h>

const char *const role_names[ROLE_COUNT] = {
#define X(id, name) [ROLE_##id] = name,
	ROLES(X)
#undef X
};

void theme_release(struct theme *theme)
{
	free(theme->about);
	*theme = (struct theme)THEME_INIT;
}

static struct tint text_of(const struct theme_role *role, enum depth depth)
{
	if (role->has_basic && depth <= DEPTH_16)
		return tint_nearest(role->basic, depth);
	return tint_nearest(role->look.text, depth);
}

/* What a role leaves open is as in normal text. */
void theme_looks(const struct theme *theme, enum depth depth,
		 struct look looks[ROLE_COUNT])
{
	const struct theme_role *normal = &theme->roles[ROLE_NORMAL];

	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct theme_role *role = &theme->roles[i];
		struct look look = role->look;

		look.text = text_of(role, depth);
		look.ground = tint_nearest(look.ground, depth);
		/* A colour of its own is dim enough. */
		if (look.text.kind != TINT_DEFAULT)
			look.dim = false;
		else
			look.text = text_of(normal, depth);
		if (look.ground.kind == TINT_DEFAULT)
			look.ground = tint_nearest(normal->look.ground, depth);
		looks[i] = look;
	}
}

struct look look_of(const struct look looks[ROLE_COUNT],
		    const struct cell *cell)
{
	struct look look = looks[cell->role];

	if (cell->bold || cell->reverse)
		look.dim = false;
	/* Columns are filled up with spaces: no line below those. */
	if (cell->text[0] == ' ')
		look.underline = false;
	look.bold |= cell->bold;
	look.reverse |= cell->reverse;
	return look;
}
