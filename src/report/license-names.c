/* SPDX-License-Identifier: MIT */
#include "report/license-names.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/str.h"

/* The names without case, punctuation and the words that say nothing; see
 * license_plain_name(). */
static const struct {
	const char *name, *id;
} names[] = {
	{"0bsd", "0BSD"},
	{"zero clause bsd", "0BSD"},
	{"agpl 3", "AGPL-3.0-only"},
	{"agpl3", "AGPL-3.0-only"},
	{"gnu affero general public 3", "AGPL-3.0-only"},
	{"gnu affero general public 3 or later agpl3+", "AGPL-3.0-or-later"},
	{"apache 1.1", "Apache-1.1"},
	{"apache 2", "Apache-2.0"},
	{"apache 2.0", "Apache-2.0"},
	{"apache software 2.0", "Apache-2.0"},
	{"apache2", "Apache-2.0"},
	{"asl 2.0", "Apache-2.0"},
	{"artistic 2.0", "Artistic-2.0"},
	{"boost software 1.0", "BSL-1.0"},
	{"boost software 1.0 bsl 1.0", "BSL-1.0"},
	{"bsd 2 clause", "BSD-2-Clause"},
	{"2 clause bsd", "BSD-2-Clause"},
	{"simplified bsd", "BSD-2-Clause"},
	{"bsd 3 clause", "BSD-3-Clause"},
	{"3 clause bsd", "BSD-3-Clause"},
	{"bsd 3 clause new or revised", "BSD-3-Clause"},
	{"new bsd", "BSD-3-Clause"},
	{"modified bsd", "BSD-3-Clause"},
	{"revised bsd", "BSD-3-Clause"},
	{"cc0", "CC0-1.0"},
	{"cc0 1.0", "CC0-1.0"},
	{"cc0 1.0 universal", "CC0-1.0"},
	{"cc0 1.0 universal cc0 1.0 public domain dedication", "CC0-1.0"},
	{"creative commons attribution 4.0", "CC-BY-4.0"},
	{"eclipse public 1.0 epl 1.0", "EPL-1.0"},
	{"eclipse public 2.0", "EPL-2.0"},
	{"eclipse public 2.0 epl 2.0", "EPL-2.0"},
	{"expat", "MIT"},
	{"gpl2", "GPL-2.0-only"},
	{"gpl2+", "GPL-2.0-or-later"},
	{"gpl3", "GPL-3.0-only"},
	{"gpl3+", "GPL-3.0-or-later"},
	{"gnu general public 2", "GPL-2.0-only"},
	{"gnu general public 2 gpl2", "GPL-2.0-only"},
	{"gnu general public 2 or later", "GPL-2.0-or-later"},
	{"gnu general public 2.0 or later", "GPL-2.0-or-later"},
	{"gnu general public 2 or later gpl2+", "GPL-2.0-or-later"},
	{"gnu general public 3", "GPL-3.0-only"},
	{"gnu general public 3 gpl3", "GPL-3.0-only"},
	{"gnu general public 3.0 or later", "GPL-3.0-or-later"},
	{"gnu general public 3 or later gpl3+", "GPL-3.0-or-later"},
	{"gnu lesser general public 2.1", "LGPL-2.1-only"},
	{"gnu lesser general public 2.1 or later", "LGPL-2.1-or-later"},
	{"gnu lesser general public 3 lgpl3", "LGPL-3.0-only"},
	{"gnu lesser general public 3 or later lgpl3+", "LGPL-3.0-or-later"},
	{"historical permission notice and disclaimer hpnd", "HPND"},
	{"isc", "ISC"},
	{"isc iscl", "ISC"},
	{"lgpl 2.1", "LGPL-2.1-only"},
	{"lgpl3", "LGPL-3.0-only"},
	{"lgpl3+", "LGPL-3.0-or-later"},
	{"mit", "MIT"},
	{"mit expat", "MIT"},
	{"mozilla public 1.1 mpl 1.1", "MPL-1.1"},
	{"mozilla public 2.0", "MPL-2.0"},
	{"mozilla public 2.0 mpl 2.0", "MPL-2.0"},
	{"psf", "PSF-2.0"},
	{"python software foundation", "PSF-2.0"},
	{"unlicense", "Unlicense"},
	{"unlicense unlicense", "Unlicense"},
	{"zlib", "Zlib"},
	{"zlib libpng", "Zlib"},
	{"zope public 2.1", "ZPL-2.1"},
};

static bool says_nothing(const char *word, size_t len)
{
	static const char *const words[] = {"the",     "license", "licence",
					    "version", "v",	  "licenses"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && memcmp(word, words[i], len) == 0)
			return true;
	return false;
}

/* v2 is 2, and gplv2 is gpl2. */
static void add_word(struct str *out, const char *word, size_t len)
{
	if (!len || says_nothing(word, len))
		return;
	if (out->len)
		str_add_char(out, ' ');
	for (size_t i = 0; i < len; i++)
		if (word[i] != 'v' || i + 1 == len ||
		    !isdigit((unsigned char)word[i + 1]))
			str_add_char(out, word[i]);
}

char *license_plain_name(const char *name)
{
	struct str out = STR_INIT;
	struct str word = STR_INIT;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (isalnum(c) || c == '+' || c >= 0x80 ||
		    (c == '.' && isdigit((unsigned char)name[1]))) {
			str_add_char(&word, (char)tolower(c));
			continue;
		}
		add_word(&out, word.data, word.len);
		str_clear(&word);
	}
	add_word(&out, word.data, word.len);
	str_release(&word);
	return str_detach(&out);
}

const char *license_of_name(const char *name)
{
	char *plain = license_plain_name(name);
	const char *id = NULL;

	for (size_t i = 0; !id && i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i].name, plain) == 0)
			id = names[i].id;
	free(plain);
	return id;
}

bool license_is_told(const char *license)
{
	static const char *const nothing[] = {"", "NONE", "NOASSERTION",
					      "UNKNOWN", "N/A"};

	for (size_t i = 0; license && i < ARRAY_SIZE(nothing); i++)
		if (strcasecmp(license, nothing[i]) == 0)
			return false;
	return license != NULL;
}
