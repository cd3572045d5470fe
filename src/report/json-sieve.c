/* SPDX-License-Identifier: MIT */
#include "report/json-sieve.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

#define WHITE " \t\r\n"
/* Deeper values, and longer numbers, are left to the parser. */
#define DEPTH_MAX 16
#define NUMBER_MAX 15
/* Deeper than this nothing is left out; the parser takes no more anyway. */
#define NEST_MAX 2048

/* A test holds that no reader has one of these words. Those in small letters
 * are other things in other formats: they go only where the value is of the
 * shape that nobody reads. */
const struct json_sieved json_sieved[] = {
	{"References", SIEVED_ANY},
	{"CVSS", SIEVED_ANY},
	{"CweIDs", SIEVED_ANY},
	{"Layer", SIEVED_ANY},
	{"VendorSeverity", SIEVED_ANY},
	{"PublishedDate", SIEVED_ANY},
	{"LastModifiedDate", SIEVED_ANY},
	{"SeveritySource", SIEVED_ANY},
	{"DataSource", SIEVED_ANY},
	{"UID", SIEVED_ANY},
	{"DiffID", SIEVED_ANY},
	{"Match", SIEVED_ANY},
	{"Secret", SIEVED_ANY},
	{"matchDetails", SIEVED_ANY},
	{"contextRegion", SIEVED_ANY},
	{"codeFlows", SIEVED_ANY},
	{"threadFlows", SIEVED_ANY},
	{"relatedLocations", SIEVED_ANY},
	{"graphTraversals", SIEVED_ANY},
	{"helpUri", SIEVED_ANY},
	{"partialFingerprints", SIEVED_ANY},
	{"externalReferences", SIEVED_ANY},
	{"endLine", SIEVED_ANY},
	{"endColumn", SIEVED_ANY},
	{"charOffset", SIEVED_ANY},
	{"charLength", SIEVED_ANY},
	{"byteOffset", SIEVED_ANY},
	{"byteLength", SIEVED_ANY},
	{"columnKind", SIEVED_ANY},
	{"uriBaseId", SIEVED_ANY},
	{"cvss", SIEVED_LIST},
	{"cwes", SIEVED_LIST},
	{"epss", SIEVED_LIST},
	{"urls", SIEVED_LIST},
	{"hashes", SIEVED_LIST},
	{"graphs", SIEVED_LIST},
	{"offender", SIEVED_STRING},
	{"snippet", SIEVED_TEXT},
	{"help", SIEVED_TEXT},
	{NULL, SIEVED_ANY},
};

struct sieve {
	const char *at, *end;
	char *out, *room; /* where it goes, and where that begins */
	bool begins[256]; /* a key of the list begins with this */
	size_t depth;
	bool has_keys[NEST_MAX]; /* at each depth: an object, but no map */
};

static bool is_white(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void skip_white(struct sieve *sieve)
{
	while (sieve->at < sieve->end && is_white(*sieve->at))
		sieve->at++;
}

/* The quote that ends the string which begins at the quote `at`, or NULL. */
static const char *string_end(const char *at, const char *end)
{
	const char *quote = at;

	for (;;) {
		size_t slashes = 0;

		quote = memchr(quote + 1, '"', (size_t)(end - quote - 1));
		if (!quote)
			return NULL;
		while (quote[-1 - (long)slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return quote;
	}
}

static bool is_unicode(const char *at)
{
	return at[0] == '\\' && at[1] == 'u' &&
	       strspn(at + 2, "0123456789abcdefABCDEF") >= 4;
}

/* Half of a pair: the first, or the second, by the digit behind the d. */
static bool is_half(const char *at, const char *digits)
{
	return (at[2] == 'd' || at[2] == 'D') && strchr(digits, at[3]);
}

/* How long the escape at the backslash is, a pair of two in one; 0: it is odd,
 * and so is NUL, which is the parser's business. */
static size_t escape_length(const char *at)
{
	if (at[1] != 'u')
		return strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
	if (!is_unicode(at) || strncmp(at + 2, "0000", 4) == 0 ||
	    is_half(at, "cdefCDEF"))
		return 0;
	if (!is_half(at, "89abAB"))
		return 6;
	return is_unicode(at + 6) && is_half(at + 6, "cdefCDEF") ? 12 : 0;
}

static bool is_fine_string(const char *at, const char *quote)
{
	while (at < quote) {
		unsigned char c = (unsigned char)*at;
		int32_t decoded;

		if (c == '\\') {
			size_t len = escape_length(at);

			if (!len)
				return false;
			at += len;
		} else if (c >= 0x80) {
			at += utf8_decode(at, (size_t)(quote - at), &decoded);
			if (decoded < 0)
				return false;
		} else if (c < 0x20) {
			return false;
		} else {
			at++;
		}
	}
	return true;
}

static bool skip_string(struct sieve *sieve)
{
	const char *quote = string_end(sieve->at, sieve->end);

	if (!quote || !is_fine_string(sieve->at + 1, quote))
		return false;
	sieve->at = quote + 1;
	return true;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)? of a moderate length, or a word. */
static bool skip_scalar(struct sieve *sieve)
{
	static const char *const words[] = {"null", "true", "false"};
	const char *at = sieve->at;
	size_t digits;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if (strncmp(at, words[i], len) == 0) {
			sieve->at += len;
			return true;
		}
	}
	at += *at == '-';
	digits = strspn(at, "0123456789");
	if (!digits || (*at == '0' && digits > 1))
		return false;
	at += digits;
	if (*at == '.') {
		digits = strspn(at + 1, "0123456789");
		if (!digits)
			return false;
		at += 1 + digits;
	}
	if (at - sieve->at > NUMBER_MAX || *at == 'e' || *at == 'E')
		return false;
	sieve->at = at;
	return true;
}

static bool skip_value(struct sieve *sieve, int depth);

static bool skip_char(struct sieve *sieve, char c)
{
	skip_white(sieve);
	if (*sieve->at != c)
		return false;
	sieve->at++;
	return true;
}

static bool skip_member(struct sieve *sieve, bool is_object, int depth)
{
	skip_white(sieve);
	if (is_object && (*sieve->at != '"' || !skip_string(sieve) ||
			  !skip_char(sieve, ':')))
		return false;
	return skip_value(sieve, depth);
}

static bool skip_value(struct sieve *sieve, int depth)
{
	char close;

	skip_white(sieve);
	if (*sieve->at == '"')
		return skip_string(sieve);
	if (*sieve->at != '{' && *sieve->at != '[')
		return skip_scalar(sieve);
	if (depth > DEPTH_MAX)
		return false;
	close = *sieve->at == '{' ? '}' : ']';
	sieve->at++;
	if (skip_char(sieve, close))
		return true;
	do {
		if (!skip_member(sieve, close == '}', depth + 1))
			return false;
	} while (skip_char(sieve, ','));
	return skip_char(sieve, close);
}

static bool has_shape(const char *value, enum sieved_shape shape)
{
	switch (shape) {
	case SIEVED_LIST:
		return *value == '[';
	case SIEVED_STRING:
		return *value == '"';
	case SIEVED_TEXT: /* {"text": ... */
		if (*value != '{')
			return false;
		value++;
		return strncmp(value + strspn(value, WHITE), "\"text\"", 6) ==
		       0;
	case SIEVED_ANY:
		break;
	}
	return true;
}

/* value: what stands behind the colon. */
static bool is_sieved(const char *key, size_t len, const char *value)
{
	for (const struct json_sieved *it = json_sieved; it->key; it++)
		if (*it->key == *key && strncmp(it->key, key, len) == 0 &&
		    !it->key[len])
			return has_shape(value, it->shape);
	return false;
}

/* Whether a member may begin here, and no comma stands alone before it. */
static bool is_member_due(const struct sieve *sieve)
{
	if (!sieve->depth || sieve->depth >= NEST_MAX ||
	    !sieve->has_keys[sieve->depth])
		return false;
	return sieve->out[-1] == '{' ||
	       (sieve->out[-1] == ',' && !strchr("{[,:", sieve->out[-2]));
}

/* The value, and one of the commas around the member. */
static bool leave_out(struct sieve *sieve)
{
	if (!skip_value(sieve, 0))
		return false;
	skip_white(sieve);
	if (*sieve->at == '}') {
		sieve->out -= sieve->out[-1] == ',';
		return true;
	}
	if (*sieve->at++ != ',')
		return false;
	skip_white(sieve);
	return *sieve->at == '"';
}

/* A string, unless it is a key of the list: then its whole member goes. */
static bool take_string(struct sieve *sieve)
{
	const char *begin = sieve->at;
	const char *quote = string_end(begin, sieve->end);
	const char *value;

	if (!quote)
		return false;
	sieve->at = quote + 1;
	if (sieve->begins[(unsigned char)begin[1]] && is_member_due(sieve) &&
	    skip_char(sieve, ':')) {
		skip_white(sieve);
		value = sieve->at;
		if (is_sieved(begin + 1, (size_t)(quote - begin) - 1, value))
			return leave_out(sieve);
		sieve->at = quote + 1;
	}
	memcpy(sieve->out, begin, (size_t)(quote + 1 - begin));
	sieve->out += quote + 1 - begin;
	return true;
}

/* Whether the object that begins is one whose keys are names: of hosts, of
 * packages, of advisories. Any word may be one. */
static bool is_map(const struct sieve *sieve)
{
	static const char *const maps[] = {
		"\"stats\":", "\"vulnerabilities\":", "\"advisories\":"};

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		size_t len = strlen(maps[i]);

		if ((size_t)(sieve->out - sieve->room) >= len &&
		    memcmp(sieve->out - len, maps[i], len) == 0)
			return true;
	}
	return false;
}

static void take_other(struct sieve *sieve)
{
	char c = *sieve->at++;

	if (c == '{' || c == '[') {
		if (++sieve->depth < NEST_MAX)
			sieve->has_keys[sieve->depth] =
				c == '{' && !is_map(sieve);
	} else if ((c == '}' || c == ']') && sieve->depth) {
		sieve->depth--;
	}
	*sieve->out++ = c;
}

/* Numbers and words must not grow together when the space between goes. */
static void take_white(struct sieve *sieve)
{
	skip_white(sieve);
	if (!strchr("{[]},:\"", sieve->out[-1]))
		*sieve->out++ = ' ';
}

char *json_sieve(const char *text, size_t len, size_t *kept)
{
	/* Behind two bytes that are none of the text. */
	char *room = xmalloc(len + 3);
	struct sieve sieve = {
		.at = text, .end = text + len, .out = room + 2, .room = room};
	bool fine = true;

	room[0] = room[1] = ',';
	for (const struct json_sieved *it = json_sieved; it->key; it++)
		sieve.begins[(unsigned char)*it->key] = true;
	while (fine && sieve.at < sieve.end) {
		if (*sieve.at == '"')
			fine = take_string(&sieve);
		else if (is_white(*sieve.at))
			take_white(&sieve);
		else
			take_other(&sieve);
	}
	if (!fine) {
		free(room);
		return NULL;
	}
	*sieve.out = '\0';
	*kept = (size_t)(sieve.out - room) - 2;
	memmove(room, room + 2, *kept + 1);
	return room;
}
