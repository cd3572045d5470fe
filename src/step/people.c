/* SPDX-License-Identifier: MIT */
#include "step/people.h"

#include <strings.h>

#include "exceptions/record.h"

static bool is_of(const struct person *person, const char *name)
{
	return record_same_person(person->login, name) ||
	       (person->name && strcasecmp(person->name, name) == 0) ||
	       (person->email && record_same_person(person->email, name));
}

const struct person *people_find(const struct pipeline *pipeline,
				 const char *name)
{
	const struct person *found = NULL;

	name += *name == '@';
	for (size_t i = 0; pipeline && i < pipeline->people_count; i++) {
		const struct person *person = &pipeline->people[i];

		/* What is written whole counts before what is alike. */
		if (strcasecmp(person->login, name) == 0 ||
		    (person->email && strcasecmp(person->email, name) == 0))
			return person;
		if (!found && is_of(person, name))
			found = person;
	}
	return found;
}

bool people_same(const struct pipeline *pipeline, const char *a, const char *b)
{
	const struct person *one = people_find(pipeline, a);
	const struct person *other = people_find(pipeline, b);

	return one || other ? one == other : record_same_person(a, b);
}
