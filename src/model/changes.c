/* SPDX-License-Identifier: MIT */
/* What plans and plays of a stage change in the world. */
#include "base/number.h"
#include "base/str.h"
#include "model/fold.h"

static void add(int64_t *sum, const struct event *event, const char *key)
{
	*sum = number_sum(*sum, event_int(event, key, 0));
}

void changes_add(struct changes_model *changes, const struct event *event)
{
	/* One that could not be read changes nothing that is known. */
	if (!event_has(event, "adds") && !event_has(event, "changed"))
		return;
	changes->has_plan = changes->has_plan || event_has(event, "adds");
	changes->has_play = changes->has_play || event_has(event, "changed");
	add(&changes->adds, event, "adds");
	add(&changes->changes, event, "changes");
	add(&changes->replacements, event, "replacements");
	add(&changes->destroys, event, "destroys");
	add(&changes->changed, event, "changed");
	add(&changes->failed, event, "failed");
	add(&changes->unreachable, event, "unreachable");
	add(&changes->hosts, event, "hosts");
}

static void say(struct str *out, size_t begin, int64_t count, const char *what)
{
	if (count)
		str_addf(out, "%s%lld %s", out->len > begin ? ", " : "",
			 (long long)count, what);
}

static void say_play(struct str *out, const struct changes_model *changes)
{
	size_t begin = out->len;

	str_addf(out, "%lld changed on %lld host%s",
		 (long long)changes->changed, (long long)changes->hosts,
		 changes->hosts == 1 ? "" : "s");
	say(out, begin, changes->failed, "FAILED");
	say(out, begin, changes->unreachable, "UNREACHABLE");
}

bool changes_sentence(const struct changes_model *changes, struct str *out)
{
	size_t begin = out->len;

	if (changes->has_plan) {
		say(out, begin, changes->destroys, "to DESTROY");
		say(out, begin, changes->replacements, "to REPLACE");
		say(out, begin, changes->changes, "to change");
		say(out, begin, changes->adds, "to add");
		if (out->len == begin)
			str_add(out, "nothing to change");
	}
	if (changes->has_plan && changes->has_play)
		str_add(out, "; ");
	if (changes->has_play)
		say_play(out, changes);
	return changes->has_plan || changes->has_play;
}

bool changes_are_harsh(const struct changes_model *changes)
{
	return changes->destroys || changes->replacements || changes->failed ||
	       changes->unreachable;
}
