/* SPDX-License-Identifier: MIT */
#include "cli/exceptions-print.h"

#include <string.h>

#include "cli/listing.h"
#include "evidence/kept.h"

void exceptions_printer_init(struct exceptions_printer *printer, bool json)
{
	*printer =
		(struct exceptions_printer){.list = json ? json_array() : NULL};
}

void exceptions_printer_release(struct exceptions_printer *printer)
{
	json_decref(printer->list);
	printer->list = NULL;
}

/* In our own file too, where a run only warns: who asks wants to know. */
static bool is_bad(const struct exception *it, bool orphans_fail)
{
	switch (it->state) {
	case EXCEPTION_EXPIRED:
	case EXCEPTION_UNREVIEWED:
	case EXCEPTION_VOIDED:
		return true;
	default:
		return exception_is_bad(it, orphans_fail);
	}
}

/* The keys of the findings that it hides. */
static json_t *hidden(const struct exceptions_told *told,
		      const struct exception *it)
{
	json_t *keys = told->stage && !told->kept ? json_null() : json_array();

	for (size_t i = 0;
	     it->hides && told->kept && i < told->report->finding_count; i++)
		if (told->report->findings[i].suppression == it->text &&
		    told->kept->findings[i].key)
			json_array_append_new(
				keys, json_string(told->kept->findings[i].key));
	return keys;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key,
			    text ? json_string(text) : json_null());
}

static json_t *object_of(const struct exceptions_told *told,
			 const struct exception *it)
{
	const struct record *record = &it->record;
	json_t *object = json_object();

	set_text(object, "stage", told->stage);
	set_text(object, "file", *it->file ? it->file : NULL);
	json_object_set_new(object, "line", json_integer(it->line));
	set_text(object, "id", record->id);
	set_text(object, "scope", record->scope);
	set_text(object, "state", exception_state_name(it->state));
	set_text(object, "why", it->why);
	set_text(object, "reason", record->reason);
	set_text(object, "kind", record->kind ? record->kind : record_kinds[0]);
	set_text(object, "owner", record->owner);
	set_text(object, "reviewer", record->reviewer);
	set_text(object, "until", record->until);
	json_object_set_new(object, "hides", hidden(told, it));
	json_object_set_new(object, "run",
			    told->run ? json_integer(told->run) : json_null());
	return object;
}

static void print_line(const struct exceptions_told *told,
		       const struct exception *it)
{
	const struct record *record = &it->record;

	listing_print("%-10s ", exception_state_name(it->state));
	if (*it->file)
		listing_print("%s:%d ", it->file, it->line);
	listing_print("%s%s%s", *record->id ? record->id : "any",
		      *record->scope ? " in " : "", record->scope);
	if (told->stage)
		listing_print(" (%s)", told->stage);
	if (it->state == EXCEPTION_ORPHAN) {
		listing_print(": the report suppresses it, and there is no "
			      "record\n");
		return;
	}
	listing_print(": owner %s", record->owner ? record->owner : "nobody");
	if (*it->file) /* what is left out of one run has neither */
		listing_print(", reviewer %s, until %s",
			      record->reviewer ? record->reviewer : "nobody",
			      record->until ? record->until : "no day");
	if (told->kept)
		listing_print(", hides %zu", it->hides);
	else if (told->stage)
		listing_print(", hides what no report tells");
	if (told->kept && told->run != told->asked)
		listing_print(" in run %lld", (long long)told->run);
	listing_print("%s%s\n", it->why ? "; it " : "", it->why ? it->why : "");
	if (record->reason && *record->reason)
		listing_print("           %s: %s\n",
			      record->kind ? record->kind : record_kinds[0],
			      record->reason);
}

void exceptions_tell(struct exceptions_printer *printer,
		     const struct exceptions_told *told)
{
	for (size_t i = 0; i < told->all->count; i++) {
		const struct exception *it = &told->all->items[i];

		printer->count++;
		printer->bad += is_bad(it, told->orphans_fail);
		if (printer->list)
			json_array_append_new(printer->list,
					      object_of(told, it));
		else
			print_line(told, it);
	}
	if (told->all->orphans && !printer->list)
		listing_print("orphan     and %zu more\n", told->all->orphans);
	printer->bad += told->orphans_fail ? told->all->orphans : 0;
}

int exceptions_printer_end(struct exceptions_printer *printer,
			   struct error *err)
{
	if (printer->list) {
		listing_json(printer->list);
		printer->list = NULL;
	} else if (!printer->count) {
		listing_print("there are no exceptions\n");
	}
	if (!printer->bad)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%zu of %zu exceptions %s bad: see what is wrong "
			 "with each",
			 printer->bad, printer->count,
			 printer->bad == 1 ? "is" : "are");
}
