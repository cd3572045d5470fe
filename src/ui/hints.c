/* SPDX-License-Identifier: MIT */
/* Under the tests and the log on the widest screens: their keys. */
#include "base/memory.h"
#include "ui/layout.h"

struct hint {
	enum action action;
	const char *keys, *what;
};

static void draw(const struct view *view, const struct model *model,
		 const struct area *area, const struct hint *hints,
		 size_t count)
{
	struct pen pen = pen_at(area, 0, 1);
	struct str why = STR_INIT;

	for (size_t i = 0; i < count; i++) {
		const struct hint *it = &hints[i];
		bool idle = view_idle(view, model, it->action, &why) != NULL;

		if (idle)
			pen_role(&pen, ROLE_OFF);
		else
			pen_bold(&pen, ROLE_KEY);
		pen_text(&pen, it->keys);
		pen_role(&pen, idle ? ROLE_OFF : ROLE_NORMAL);
		pen_printf(&pen, " %s   ", it->what);
	}
	str_release(&why);
}

void tests_hints_draw(const struct view *view, const struct model *model,
		      const struct area *area)
{
	static const struct hint hints[] = {
		{ACTION_FAILURE_NEXT, "e", "next FAIL"},
		{ACTION_FAILURE_BEFORE, "E", "the one before"},
	};

	draw(view, model, area, hints, ARRAY_SIZE(hints));
}

void log_hints_draw(const struct view *view, const struct model *model,
		    const struct area *area)
{
	static const struct hint hints[] = {
		{ACTION_SEARCH, "/", "find"},
		{ACTION_FILTER, "&", "only matching"},
		{ACTION_FIND_NEXT, "n N", "next"},
		{ACTION_COPY, "y", "copy"},
		{ACTION_TIMES, "t", "times"},
		{ACTION_WRAP, "w", "wrap"},
	};

	draw(view, model, area, hints, ARRAY_SIZE(hints));
}
