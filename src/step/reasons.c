/* SPDX-License-Identifier: MIT */
#include "step/reasons.h"

#include "base/str.h"

#define TOLD 3

static void sort(struct reason *reasons, size_t count)
{
	for (size_t i = 0; i < TOLD && i < count; i++) {
		struct reason worst;
		size_t at = i;

		for (size_t j = i; j < count; j++)
			if (reasons[j].rank < reasons[at].rank)
				at = j;
		worst = reasons[at];
		for (; at > i; at--)
			reasons[at] = reasons[at - 1];
		reasons[i] = worst;
	}
}

char *reasons_join(struct reason *reasons, size_t count)
{
	struct str text = STR_INIT;

	if (!count)
		return NULL;
	sort(reasons, count);
	for (size_t i = 0; i < TOLD && i < count; i++)
		str_addf(&text, "%s%s%s%s", i ? "; " : "",
			 reasons[i].file ? reasons[i].file : "",
			 reasons[i].file ? ": " : "", reasons[i].text);
	if (count > TOLD)
		str_addf(&text, "; and %zu more report%s", count - TOLD,
			 count - TOLD == 1 ? "" : "s");
	return str_detach(&text);
}
