/* SPDX-License-Identifier: MIT */
#include "ui/matcher.h"

#include <string.h>

#include "ui/logfile.h"
#include "ui/testline.h"

void matcher_init(struct matcher *matcher, const char *text)
{
	matcher->failures = !text;
	if (text)
		pattern_init(&matcher->needles[matcher->count++], text);
	else
		for (size_t i = 0; testline_needles[i]; i++)
			pattern_init(&matcher->needles[matcher->count++],
				     testline_needles[i]);
}

bool matcher_holds(const struct matcher *matcher, const char *text, size_t len)
{
	bool coloured = memchr(text, '\033', len);

	if (matcher->failures)
		return testline_of(text, len) == TESTLINE_FAILED;
	return pattern_find(&matcher->needles[0], text, 0, len, coloured) >= 0;
}

size_t matcher_at(const struct matcher *matcher, const char *text, size_t len)
{
	return matcher->failures ? 0
				 : pattern_at(&matcher->needles[0], text, len);
}

/* Where a needle next stands at or after `from`, each looked for only when
 * the place found before is passed; -1 none. */
static int64_t next_candidate(const struct matcher *matcher,
			      const struct stretch *stretch, size_t from,
			      int64_t found[MATCHER_NEEDLES])
{
	int64_t best = -1;

	for (size_t i = 0; i < matcher->count; i++) {
		if (found[i] >= 0 && found[i] < (int64_t)from)
			found[i] = pattern_find(
				&matcher->needles[i], stretch->data, from,
				stretch->size, stretch->coloured);
		if (found[i] >= 0 && (best < 0 || found[i] < best))
			best = found[i];
	}
	return best;
}

static const char *last_newline(const char *data, size_t size)
{
	while (size && data[size - 1] != '\n')
		size--;
	return size ? data + size - 1 : NULL;
}

/* The start of the line that `at` is in; `from` is a line's start. */
static size_t start_of(const struct stretch *stretch, size_t from, size_t at)
{
	const char *newline = last_newline(stretch->data + from, at - from);
	int64_t start = newline ? newline + 1 - stretch->data : (int64_t)from;

	for (;;) {
		int64_t cut = logfile_forced_end(stretch->start + start) -
			      stretch->start;

		if (cut > (int64_t)at)
			return (size_t)start;
		start = cut;
	}
}

/* The end of the line that starts at `start` and has `at` in it, the newline
 * not counted; *next is where the next one starts, -1 when that is not in
 * the stretch. */
static size_t end_of(const struct stretch *stretch, size_t start, size_t at,
		     int64_t *next)
{
	int64_t cut = logfile_forced_end(stretch->start + (int64_t)start) -
		      stretch->start;
	size_t limit =
		cut < (int64_t)stretch->size ? (size_t)cut : stretch->size;
	const char *newline = memchr(stretch->data + at, '\n', limit - at);

	if (newline) {
		*next = newline + 1 - stretch->data;
		return (size_t)(newline - stretch->data);
	}
	*next = cut <= (int64_t)stretch->size ? cut : -1;
	return limit;
}

size_t matcher_scan(const struct matcher *matcher,
		    const struct stretch *stretch,
		    void (*take)(int64_t start, void *data), void *data,
		    bool *last)
{
	int64_t found[MATCHER_NEEDLES] = {0};
	size_t line = 0; /* a start not after `at` */
	size_t at = 0;
	int64_t place;

	*last = false;
	for (size_t i = 0; i < matcher->count; i++)
		found[i] = pattern_find(&matcher->needles[i], stretch->data, 0,
					stretch->size, stretch->coloured);
	while ((place = next_candidate(matcher, stretch, at, found)) >= 0) {
		int64_t next;
		size_t end;
		bool holds;

		line = start_of(stretch, line, (size_t)place);
		end = end_of(stretch, line, (size_t)place, &next);
		holds = matcher->failures
				? matcher_holds(matcher, stretch->data + line,
						end - line)
				: pattern_at(&matcher->needles[0],
					     stretch->data + place,
					     end - (size_t)place) > 0;
		if (next < 0) {
			*last = holds;
			return line;
		}
		if (holds)
			take(stretch->start + (int64_t)line, data);
		line = at = (size_t)next;
	}
	return start_of(stretch, line, stretch->size);
}
