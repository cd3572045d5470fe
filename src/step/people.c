/* SPDX-License-Identifier: MIT */
#include "step/people.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "exceptions/record.h"

/* The address of "Ana Ray <ana@example.org>", the login of "@ana". */
static char *name_of(const char *text)
{
	const char *open = strrchr(text, '<');
	size_t len = open ? strcspn(open + 1, ">") : 0;

	if (len && strcmp(open + 1 + len, ">") == 0)
		return xstrndup(open + 1, len);
	return xstrdup(text + (*text == '@'));
}

static bool is_of(const struct person *person, const char *name)
{
	return record_same_person(person->login, name) ||
	       (person->name && strcasecmp(person->name, name) == 0) ||
	       (person->email && record_same_person(person->email, name));
}

static bool is_named(const struct person *person, const char *name)
{
	return strcasecmp(person->login, name) == 0 ||
	       (person->email && strcasecmp(person->email, name) == 0);
}

/* What is written whole counts before what is alike. */
static const struct person *find(const struct pipeline *pipeline,
				 const char *name, bool alike)
{
	const struct person *found = NULL;

	for (size_t i = 0; pipeline && i < pipeline->people_count; i++) {
		const struct person *person = &pipeline->people[i];

		if (is_named(person, name))
			return person;
		if (!found && (alike ? is_of(person, name)
				     : person->name && strcasecmp(person->name,
								  name) == 0))
			found = person;
	}
	return found;
}

const struct person *people_find(const struct pipeline *pipeline,
				 const char *name)
{
	char *whole = name_of(name);
	const struct person *found = find(pipeline, whole, false);

	free(whole);
	return found;
}

bool people_same(const struct pipeline *pipeline, const char *a, const char *b)
{
	char *left = name_of(a), *right = name_of(b);
	const struct person *one = find(pipeline, left, true);
	const struct person *other = find(pipeline, right, true);
	bool is = one || other ? one == other : record_same_person(left, right);

	free(left);
	free(right);
	return is;
}

bool people_is(const struct pipeline *pipeline, const char *allowed,
	       const char *name)
{
	char *left = name_of(allowed), *right = name_of(name);
	const struct person *one = find(pipeline, left, false);
	const struct person *other = find(pipeline, right, false);
	bool is = one || other ? one == other : strcasecmp(left, right) == 0;

	free(left);
	free(right);
	return is;
}

bool people_is_plain(const char *name)
{
	static const char ends[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char *whole = name_of(name);
	size_t len = strlen(whole);
	bool is = len && strchr(ends, *whole) && strchr(ends, whole[len - 1]);

	for (size_t i = 0; is && i < len; i++)
		is = strchr(ends, whole[i]) || strchr(" ._-+@/'", whole[i]);
	free(whole);
	return is;
}
