/* SPDX-License-Identifier: MIT */
#include "step/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/collect.h"

/* Fewer digits of base64 are found in much that is no secret. */
#define LEAST_DIGITS 6
/* The shortest text that may have been cut (report/collect.h), but for the
 * bytes of a character; and of a secret's beginning less tells nothing. */
#define CUT_BYTES (REPORT_WORD_MAX - 3)
#define LEAST_BEGINNING 4
/* A shorter line is found in much that is no secret. */
#define LEAST_LINE 8

struct mask {
	struct strings secrets; /* and their base64; longest first */
	/* Where each stands next in what is held; NULL: not looked yet, the
	 * end: nowhere. */
	const char **next;
	struct str held;
};

static int longest_first(const void *a, const void *b)
{
	size_t la = strlen(*(char *const *)a);
	size_t lb = strlen(*(char *const *)b);

	return (la < lb) - (la > lb);
}

/* Six bits of a text that stands `shift` bytes into what is encoded. */
static unsigned sextet(const char *text, size_t shift, size_t index)
{
	unsigned bits = 0;

	for (size_t bit = index * 6; bit < index * 6 + 6; bit++) {
		unsigned byte = (unsigned char)text[bit / 8 - shift];

		bits = bits << 1 | (byte >> (7 - bit % 8) & 1);
	}
	return bits;
}

/* The digits of base64 that no neighbour of the text has a part in, in
 * lines of so many (0: in one). */
static void add_digits(struct strings *values, const char *text, size_t shift,
		       const char *last_two, size_t columns)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t first = (shift * 8 + 5) / 6;
	size_t end = (shift + strlen(text)) * 8 / 6;
	struct str shown = STR_INIT;

	for (size_t i = first; i < end; i++) {
		unsigned value = sextet(text, shift, i);

		if (columns && i && i % columns == 0)
			str_add_char(&shown, '\n');
		str_add_char(&shown,
			     value < 62 ? digits[value] : last_two[value - 62]);
	}
	if (shown.len >= LEAST_DIGITS && !strings_has(values, shown.data))
		strings_add(values, shown.data);
	if (shown.len)
		explicit_bzero(shown.data, shown.len);
	str_release(&shown);
}

/* Wherever it may stand in what is encoded, in both alphabets; and where it
 * stands first, in the lines of base64(1) and of PEM too. */
static void add_base64(struct strings *values, const char *secret)
{
	for (size_t shift = 0; shift < 3; shift++) {
		add_digits(values, secret, shift, "+/", 0);
		add_digits(values, secret, shift, "-_", 0);
	}
	add_digits(values, secret, 0, "+/", 76);
	add_digits(values, secret, 0, "+/", 64);
}

/* A program may show a key line by line. */
static void add_lines(struct strings *values, const char *secret)
{
	for (const char *at = secret; *at; at += strspn(at, "\r\n")) {
		size_t len = strcspn(at, "\r\n");

		if (len >= LEAST_LINE)
			strings_add_owned(values, xstrndup(at, len));
		at += len;
	}
}

struct mask *mask_new(const struct strings *secrets)
{
	struct mask *mask = xcalloc(1, sizeof(*mask));

	str_init(&mask->held);
	for (size_t i = 0; i < secrets->count; i++) {
		if (*secrets->items[i])
			strings_add(&mask->secrets, secrets->items[i]);
		if (strpbrk(secrets->items[i], "\r\n"))
			add_lines(&mask->secrets, secrets->items[i]);
		add_base64(&mask->secrets, secrets->items[i]);
	}
	if (!mask->secrets.count) {
		mask_free(mask);
		return NULL;
	}
	mask->next = xcalloc(mask->secrets.count, sizeof(*mask->next));
	qsort(mask->secrets.items, mask->secrets.count, sizeof(char *),
	      longest_first);
	return mask;
}

struct mask *mask_copy(const struct mask *mask)
{
	struct mask *copy;

	if (!mask)
		return NULL;
	copy = xcalloc(1, sizeof(*copy));
	str_init(&copy->held);
	for (size_t i = 0; i < mask->secrets.count; i++)
		strings_add(&copy->secrets, mask->secrets.items[i]);
	copy->next = xcalloc(copy->secrets.count, sizeof(*copy->next));
	return copy;
}

/* The nearest secret at or after `from`; its length in *len. Each is looked
 * for once over all of it, however often another one is found. */
static const char *find(struct mask *mask, const char *from, const char *end,
			size_t *len)
{
	const char *best = NULL;

	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];
		size_t n = strlen(secret);

		if (!mask->next[i] || mask->next[i] < from)
			mask->next[i] =
				memmem(from, (size_t)(end - from), secret, n);
		if (!mask->next[i])
			mask->next[i] = end;
		if (mask->next[i] < end && (!best || mask->next[i] < best)) {
			best = mask->next[i];
			*len = n;
		}
	}
	return best;
}

/* How many bytes at the end may be the beginning of a secret. */
static size_t doubtful(const struct mask *mask, const char *data, size_t len)
{
	size_t most = 0;

	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];
		size_t n = strlen(secret) - 1;

		for (n = n < len ? n : len; n > most; n--)
			if (memcmp(data + len - n, secret, n) == 0)
				most = n;
	}
	return most;
}

/* Whether what begins at `at` may still become a longer secret. */
static bool may_grow(const struct mask *mask, const char *at, size_t size,
		     size_t len)
{
	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];

		if (strlen(secret) > len && strlen(secret) > size &&
		    memcmp(secret, at, size) == 0)
			return true;
	}
	return false;
}

static void show(struct mask *mask, bool last, struct str *out)
{
	const char *at = mask->held.data;
	size_t size = mask->held.len;
	const char *end = at + size;
	size_t keep;
	size_t len;
	const char *hit;

	memset(mask->next, 0, mask->secrets.count * sizeof(*mask->next));
	while ((hit = find(mask, at, end, &len))) {
		size_t rest = size - (size_t)(hit - at);

		if (!last && may_grow(mask, hit, rest, len)) {
			str_add_bytes(out, at, (size_t)(hit - at));
			str_drop(&mask->held, mask->held.len - rest);
			return;
		}
		str_add_bytes(out, at, (size_t)(hit - at));
		str_add(out, "***");
		size -= (size_t)(hit + len - at);
		at = hit + len;
	}
	keep = last ? 0 : doubtful(mask, at, size);
	str_add_bytes(out, at, size - keep);
	str_drop(&mask->held, mask->held.len - keep);
}

void mask_feed(struct mask *mask, const char *data, size_t len, struct str *out)
{
	str_add_bytes(&mask->held, data, len);
	show(mask, false, out);
}

void mask_flush(struct mask *mask, struct str *out)
{
	show(mask, true, out);
}

void mask_whole(struct mask *mask, const char *data, size_t len,
		struct str *out)
{
	if (!mask) {
		str_add_bytes(out, data, len);
		return;
	}
	mask_feed(mask, data, len, out);
	mask_flush(mask, out);
}

/* A reason quotes a name at its end, or before what is said next; a chain has
 * one behind the other. */
static bool is_end(const char *at)
{
	return !*at || starts_with(at, "; ") || starts_with(at, " > ") ||
	       strcmp(at, "\n") == 0;
}

/* Of what is masked already. */
static void add_ends(const struct mask *mask, const char *text, size_t len,
		     struct str *out)
{
	size_t from = 0;

	for (size_t at = CUT_BYTES; mask && at <= len; at++) {
		size_t tail;

		if (at < len && !is_end(text + at))
			continue;
		tail = doubtful(mask, text + from, at - from);
		tail = tail < LEAST_BEGINNING ? 0 : tail;
		str_add_bytes(out, text + from, at - from - tail);
		str_add(out, tail ? "***" : "");
		from = at;
	}
	str_add_bytes(out, text + from, len - from);
}

void mask_report(struct mask *mask, const char *data, size_t len,
		 struct str *out)
{
	struct str shown = STR_INIT;

	mask_whole(mask, data, len, &shown);
	add_ends(mask, shown.data, shown.len, out);
	str_release(&shown);
}

bool mask_finds(struct mask *mask, const char *data, size_t len)
{
	size_t found;

	memset(mask->next, 0, mask->secrets.count * sizeof(*mask->next));
	return find(mask, data, data + len, &found);
}

static void mask_text(struct mask *mask, struct event *event, const char *key)
{
	const char *text = event_text(event, key);
	struct str shown = STR_INIT;

	mask_report(mask, text, strlen(text), &shown);
	if (strcmp(shown.data, text) != 0)
		event_set(event, key, shown.data);
	str_release(&shown);
}

void mask_event(struct mask *mask, struct event *event)
{
	static const char *const texts[] = {"name", "message", "reason",
					    "title", "text"};
	/* What reports say; elsewhere these are names that are acted on. */
	static const char *const foreign[] = {
		"id",	   "package",	"installed", "fixed",  "path", "chain",
		"aliases", "exception", "lapsed",    "source", "file"};
	bool is_reports = event->type == EVENT_FINDING_FOUND ||
			  event->type == EVENT_TEST_FINISHED ||
			  event->type == EVENT_REPORT_READ;

	for (size_t i = 0; mask && i < ARRAY_SIZE(texts); i++)
		mask_text(mask, event, texts[i]);
	for (size_t i = 0; mask && is_reports && i < ARRAY_SIZE(foreign); i++)
		mask_text(mask, event, foreign[i]);
}

void mask_free(struct mask *mask)
{
	if (!mask)
		return;
	for (size_t i = 0; i < mask->secrets.count; i++)
		explicit_bzero(mask->secrets.items[i],
			       strlen(mask->secrets.items[i]));
	strings_release(&mask->secrets);
	free(mask->next);
	str_release(&mask->held);
	free(mask);
}
