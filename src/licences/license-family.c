/* SPDX-License-Identifier: MIT */
#include "licences/license-family.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/glob.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/license-names.h"

/* In the words of license_plain_name(), the longer ones first. */
static const struct {
	const char *words, *family;
} families[] = {
	{"affero general public", "agpl"},
	{"affero gpl", "agpl"},
	{"affero", "agpl"},
	{"library or lesser general public", "lgpl"},
	{"lesser general public", "lgpl"},
	{"library general public", "lgpl"},
	{"lesser gpl", "lgpl"},
	{"library gpl", "lgpl"},
	{"general public", "gpl"},
	{"server side public", "sspl"},
	{"business source", "busl"},
	{"mozilla", "mpl"},
	{"eclipse public", "epl"},
	{"common development and distribution", "cddl"},
	{"common public", "cpl"},
	{"european union public", "eupl"},
	{"creative commons", "cc"},
	{"open software", "osl"},
};

bool license_is_vague(const char *id)
{
	if (strncasecmp(id, "LicenseRef-", 11) == 0 ||
	    strncasecmp(id, "DocumentRef-", 12) == 0)
		return true;
	for (; *id; id++)
		if (*id == '-' && isdigit((unsigned char)id[1]))
			return false;
	return true;
}

/* Of "GPL-3.0-*" it is gpl, of "*GPL-*" a glob. */
static char *family_of(const char *entry)
{
	size_t len = strcspn(entry, "-");
	char *family = xstrndup(entry, len);
	bool is_glob = strpbrk(family, "*?[");

	for (char *at = family; *at; at++) {
		*at = (char)tolower((unsigned char)*at);
		if (is_glob || !isdigit((unsigned char)*at))
			continue;
		/* GPLv3 */
		*(at > family && at[-1] == 'v' ? at - 1 : at) = '\0';
		break;
	}
	return family;
}

/* A glob of everything is of no family. */
static bool list_has(const struct strings *list, const char *family)
{
	bool found = false;

	for (size_t i = 0; *family && !found && i < list->count; i++) {
		char *of = family_of(list->items[i]);

		found = of[strspn(of, "*?")] && path_matches_whole(of, family);
		free(of);
	}
	return found;
}

/* What they name is taken out, lest a part of it names another. */
static bool has_family(char *plain, const struct strings *list)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (char *at; (at = strstr(plain, families[i].words));) {
			found |= list_has(list, families[i].family);
			memset(at, '.', strlen(families[i].words));
		}
	return found;
}

/* "agpl3+" is of agpl. */
static bool has_word(char *plain, const struct strings *list)
{
	char *rest = NULL;
	bool found = false;

	for (char *word = strtok_r(plain, " ", &rest); word && !found;
	     word = strtok_r(NULL, " ", &rest)) {
		word[strcspn(word, "0123456789.+")] = '\0';
		found = strcmp(word, "gnu") != 0 && list_has(list, word);
	}
	return found;
}

static bool is_gnu(const char *plain, const struct strings *list)
{
	return strcmp(plain, "gnu") == 0 &&
	       (list_has(list, "gpl") || list_has(list, "lgpl") ||
		list_has(list, "agpl"));
}

bool license_may_be(const char *words, const struct strings *list)
{
	char *plain;
	bool found;

	if (!list || !list->count)
		return false;
	plain = license_plain_name(words);
	found = is_gnu(plain, list) || has_family(plain, list) ||
		has_word(plain, list);
	free(plain);
	return found;
}
