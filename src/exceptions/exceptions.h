/* SPDX-License-Identifier: MIT */
/*
 * The exceptions of a repository: which findings may stand, why, and until
 * when. They are read where they live: our own file (exceptions/record.h), or
 * the ignore file of a scanner with the record in comments above each entry.
 *
 *	struct exceptions all = EXCEPTIONS_INIT;
 *	if (exceptions_read(&all, ".trivyignore", text, len, &err) < 0)
 *		... red: it cannot be read
 *	exceptions_judge(&all, &facts);
 *	exceptions_apply(&all, &report);	// each report of the stage
 *	if (!exceptions_hold(&all, orphans_fail, &why, &notes))
 *		... red: one is bad, and why
 *	... the reports' texts hold until exceptions_release(&all) ...
 */
#ifndef SIGNALBOX_EXCEPTIONS_EXCEPTIONS_H
#define SIGNALBOX_EXCEPTIONS_EXCEPTIONS_H

#include "exceptions/record.h"
#include "report/report.h"

enum exception_state {
	EXCEPTION_ACTIVE,
	EXCEPTION_EXPIRING, /* within 7 days */
	EXCEPTION_EXPIRED,
	EXCEPTION_UNREVIEWED,
	EXCEPTION_INVALID,
	EXCEPTION_UNUSED, /* meets no finding */
	EXCEPTION_ORPHAN, /* the scanner suppressed it, and there is no record
			   */
	EXCEPTION_BROAD,  /* an id alone that hides many, or no id at all */
	EXCEPTION_VOIDED, /* it was made for something less bad, or edited */
	EXCEPTION_STATES
};

/* More findings than these are many for an id alone. */
#define EXCEPTION_BROAD_FROM 5
#define EXCEPTIONS_LIMIT 10000

struct exception {
	struct record record; /* id "": any, scope for people to read */
	const char *file;     /* the list's own */
	int line, last_line;  /* of the entry itself; 0: of none */
	int64_t until_ms;     /* its last moment */

	/* All of these must be met; none: anywhere. */
	bool scoped;		 /* record.scope is a package or a path */
	struct strings aliases;	 /* other ids of the same */
	struct strings paths;	 /* globs; one of them */
	struct strings purls;	 /* any version where none is told */
	char *package, *version; /* exact */
	char *chain;		 /* "a > b", the last one the package */
	int at_line;		 /* of record.scope */
	unsigned kinds;		 /* bits of enum finding_kind; 0: any */
	bool unfixed_only, fixed_only;
	/* It says more than a report tells: it is the record of what the
	 * scanner suppressed, and hides nothing by itself. */
	bool scanner_only;
	bool blanket; /* whatever the scanner finds, or an expression */

	bool native; /* of a scanner's file, which hides by itself */
	char *text;  /* "REASON (owner ana, reviewer lee, until DAY)" */
	enum exception_state state;
	char *why;    /* what is wrong with it, as "has ended" */
	char *lapsed; /* that as a sentence, once a finding needs it */
	size_t hides; /* findings, once applied */
};

struct exceptions {
	struct exception *items;
	size_t count, cap;
	struct strings files;	       /* as named when they were read */
	struct vex_warnings *warnings; /* of vex-warnings.h; NULL: each file
					* says its own */
	size_t warned;		       /* files that were asked for them */
	int64_t now_ms;		       /* of the judgement */
	struct exception_key *keys;    /* of exceptions-index.h */
	size_t key_count, key_cap;
	bool suppression_is_told;     /* a report said what it suppressed */
	size_t orphans_kept, orphans; /* beyond a limit they are counted */
};

#define EXCEPTIONS_INIT       \
	{                     \
		.items = NULL \
	}

/* Who wrote a line; unknown: it is not known. */
struct exception_line {
	const char *author, *committer; /* addresses */
	const char *commit; /* that brought it in; NULL: it is not told */
	bool unknown;
};

struct exception_facts {
	int64_t now_ms;
	/* One person, by login, name or address? NULL: record_same_person. */
	bool (*same)(const char *a, const char *b, void *data);
	/* NULL, or why not that reviewer, as "is no code owner of it", which
	 * is borrowed. NULL: anybody may. */
	const char *(*refuses)(const char *reviewer, const char *file,
			       void *data);
	/* NULL: it is of no line known. */
	struct exception_line (*line)(const char *file, int line, void *data);
	/* What the file let stand as of the commit that brought in that line,
	 * borrowed until the next call; NULL: it is not known. Asked for all
	 * lines of a commit one after the other. Without it nothing is taken
	 * for edited. */
	const struct exceptions *(*then)(const char *file, int line,
					 void *data);
	void *data;
};

/* Before the first exceptions_read(), for each file in the order in which they
 * are read then, where there are several: what one takes back is none in the
 * others either. */
void exceptions_warn(struct exceptions *all, const char *name, const char *text,
		     size_t len);
/* Adds those of a file; the name tells its form, and its shape where several
 * have one name. One entry that is wrong becomes invalid; fails with
 * name:line when the text as a whole cannot be read. */
int exceptions_read(struct exceptions *all, const char *name, const char *text,
		    size_t len, struct error *err) MUST_CHECK;
/* Whether a record can be added to such a file, and the block to add: our
 * own, or what the scanner reads with the record above it. The caller's. */
bool exceptions_can_add(const char *name);
char *exceptions_block(const char *name, const struct record *record);
/* Whether the name is that of a scanner's own file. */
bool exceptions_is_native(const char *name);
/* Of the same, with the same record; where both stand does not matter. */
bool exception_says_the_same(const struct exception *a,
			     const struct exception *b);
/* Tells apart which are in force. */
void exceptions_judge(struct exceptions *all,
		      const struct exception_facts *facts);
/*
 * What an exception in force covers counts as suppressed, and excepted. What
 * the report itself suppressed and only a bad one covers is open again; what a
 * bad one would cover says so; of what none covers a copy is added as an
 * orphan.
 */
void exceptions_apply(struct exceptions *all, struct report *report);
/*
 * false: the step is red, and *why, the caller's, says for which. Invalid
 * ones are always, all that is bad of a scanner's own file, since the scanner
 * has hidden it already, and orphans when they fail. Of all others that hide
 * less than they say a note tells.
 */
bool exceptions_hold(struct exceptions *all, bool orphans_fail, char **why,
		     struct strings *notes);
void exceptions_release(struct exceptions *all);

/* "active", "voided" */
const char *exception_state_name(enum exception_state state);
/* "let:4: the exception for CVE-1 has ended"; the caller's. */
char *exception_sentence(const struct exception *it);
/* Whether it may hide something. */
bool exception_is_in_force(const struct exception *it);
bool exception_is_bad(const struct exception *it, bool orphans_fail);
/* The most days that a finding of the severity may be let stand. */
int exception_days(enum report_severity severity);

#endif
