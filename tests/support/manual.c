/* SPDX-License-Identifier: MIT */
#include "support/manual.h"

#include "support/cmocka.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"
#include "base/vector.h"
#include "event/journal.h"

#define PAGE "man/signalbox-events.5"
#define MOST_BYTES (64 << 20)

struct entry {
	char *title; /* of the event or object that has it */
	char *name;  /* "" for the title alone */
	char *type;
	bool optional;
};

struct manual {
	struct entry *entries;
	size_t count, cap;
};

static void add(struct manual *manual, const char *title, const char *name,
		bool optional, const char *type)
{
	*VECTOR_ADD(manual->entries, manual->count, manual->cap) =
		(struct entry){xstrdup(title), xstrdup(name), xstrdup(type),
			       optional};
}

/* ".It Va branch ? : string", ".It Va low : list of string". */
static void take_item(struct manual *manual, const char *title, char *line)
{
	char *type = strstr(line, " : ");
	char *mark;

	if (!type)
		fail_msg(PAGE ": '.It Va %s' lacks ' : TYPE'", line);
	*type = '\0';
	mark = strstr(line, " ?");
	if (mark)
		*mark = '\0';
	add(manual, title, line, mark != NULL, type + 3);
}

struct manual *manual_read(void)
{
	const char *source = getenv("top_srcdir");
	char *path = path_join(source ? source : ".", PAGE);
	struct manual *manual = xcalloc(1, sizeof(*manual));
	struct str text = STR_INIT;
	char *title = xstrdup("");

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	for (char *save, *line = strtok_r(text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (starts_with(line, ".Ss ")) {
			free(title);
			title = xstrdup(line + strlen(".Ss "));
			add(manual, title, "", true, "");
		} else if (starts_with(line, ".It Va ")) {
			take_item(manual, title, line + strlen(".It Va "));
		}
	}
	free(title);
	free(path);
	str_release(&text);
	return manual;
}

void manual_free(struct manual *manual)
{
	for (size_t i = 0; i < manual->count; i++) {
		free(manual->entries[i].title);
		free(manual->entries[i].name);
		free(manual->entries[i].type);
	}
	free(manual->entries);
	free(manual);
}

static const struct entry *find(const struct manual *manual, const char *title,
				const char *name)
{
	for (size_t i = 0; i < manual->count; i++)
		if (strcmp(manual->entries[i].title, title) == 0 &&
		    strcmp(manual->entries[i].name, name) == 0)
			return &manual->entries[i];
	return NULL;
}

bool manual_has(const struct manual *manual, const char *title,
		const char *field)
{
	return find(manual, title, field ? field : "") != NULL;
}

static bool is_time(const json_t *value)
{
	int64_t ms;

	return json_is_string(value) &&
	       clock_parse_utc(json_string_value(value), &ms, NULL) == 0;
}

static char *fault_of_object(const struct manual *manual, const char *title,
			     const json_t *object);

static char *fault_of_value(const struct manual *manual, const char *type,
			    const json_t *value)
{
	const char *of = starts_with(type, "list of ") ? type + 8 : NULL;
	char *fault = NULL;
	size_t i;
	json_t *member;
	bool fits = strcmp(type, "string") == 0	   ? json_is_string(value)
		    : strcmp(type, "integer") == 0 ? json_is_integer(value)
		    : strcmp(type, "number") == 0  ? json_is_number(value)
		    : strcmp(type, "boolean") == 0 ? json_is_boolean(value)
		    : strcmp(type, "time") == 0	   ? is_time(value)
		    : of			   ? json_is_array(value)
						   : json_is_object(value);

	if (!fits)
		return xasprintf("is no %s", type);
	if (!of && json_is_object(value))
		return fault_of_object(manual, type, value);
	json_array_foreach(value, i, member) if (!fault) fault =
		fault_of_value(manual, of, member);
	return fault;
}

/* What every event has; not what an object has. */
static const struct entry *find_common(const struct manual *manual,
				       const char *title, const char *name)
{
	const struct entry *entry = find(manual, title, name);

	return entry || !strchr(title, '.') ? entry
					    : find(manual, "common", name);
}

static char *missing_from(const struct manual *manual, const char *title,
			  const json_t *object)
{
	for (size_t i = 0; i < manual->count; i++) {
		const struct entry *entry = &manual->entries[i];

		if (strcmp(entry->title, title) == 0 && !entry->optional &&
		    !json_object_get(object, entry->name))
			return xasprintf("%s: %s is missing, and is not marked "
					 "with ?",
					 title, entry->name);
	}
	return NULL;
}

static char *fault_of_object(const struct manual *manual, const char *title,
			     const json_t *object)
{
	const char *name;
	json_t *value;

	if (!manual_has(manual, title, NULL))
		return xasprintf("%s is not in " PAGE, title);
	json_object_foreach((json_t *)object, name, value)
	{
		const struct entry *entry = find_common(manual, title, name);
		char *why = entry ? fault_of_value(manual, entry->type, value)
				  : xstrdup("is not in " PAGE);
		char *fault;

		if (!why)
			continue;
		fault = xasprintf("%s: %s: %s", title, name, why);
		free(why);
		return fault;
	}
	return missing_from(manual, title, object);
}

char *manual_fault(const struct manual *manual, const char *line, size_t len)
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const char *title = json_string_value(json_object_get(object, "event"));
	char *fault;

	if (!title)
		fault = xstrdup("no event");
	else
		fault = missing_from(manual, "common", object);
	if (!fault)
		fault = fault_of_object(manual, title, object);
	json_decref(object);
	return fault;
}

char *manual_journal_fault(const struct manual *manual, const char *folder)
{
	char *path = path_join(folder, "journal.ndjson");
	struct str text = STR_INIT;
	char *fault = NULL;
	const char *at = NULL, *end;
	int64_t records;
	size_t torn;

	if (journal_verify(folder, &records, &torn, NULL) == 0 &&
	    file_read(path, &text, MOST_BYTES, NULL) == 0)
		at = memchr(text.data, '\n', text.len); /* the format's line */
	while (!fault && at && (end = strchr(++at, '\n')) != NULL) {
		char *why = manual_fault(manual, at, (size_t)(end - at));

		if (why)
			fault = xasprintf("%s: %s\n%.*s", path, why,
					  (int)(end - at), at);
		free(why);
		at = end;
	}
	str_release(&text);
	free(path);
	return fault;
}
