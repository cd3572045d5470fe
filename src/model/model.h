/* SPDX-License-Identifier: MIT */
/*
 * model/ is the state of one run and of the environments it touches: nothing
 * but a fold over events. The dashboard, `status`, `history`, an attached
 * terminal and a replay build it from the same stream.
 *
 *	struct model *model = model_new();
 *	model_apply(model, event);      // for each, in order
 *	... read the public fields ...
 *	model_free(model);
 *
 * Text fields are the event's bytes, raw: who draws them makes them
 * printable. NULL text is never stored: absent is "". Times are wall
 * milliseconds, 0 when not known. Reals are NAN when not known.
 */
#ifndef SIGNALBOX_MODEL_MODEL_H
#define SIGNALBOX_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strings.h"
#include "event/event.h"

enum state { /* of a run, a stage or a step */
	     STATE_QUEUED,
	     STATE_RUNNING,
	     STATE_WAITING, /* for a person */
	     STATE_PASSED,
	     STATE_FAILED,
	     STATE_CANCELLED,
	     STATE_SKIPPED,
	     STATE_TIMED_OUT,
	     STATE_REJECTED,
	     STATE_EXPIRED,
	     STATE_ROLLED_BACK,
	     STATE_ALLOWED, /* failed, and may: what needs it goes on */
};

const char *state_name(enum state state); /* "rolled-back" */
enum state state_parse(const char *outcome);
bool state_is_final(enum state state);
/* Final, and neither passed, skipped nor allowed to fail. */
bool state_is_bad(enum state state);

enum colour { COLOUR_BLUE, COLOUR_GREEN, COLOUR_COUNT };
const char *colour_name(enum colour colour); /* "blue" */
enum colour colour_other(enum colour colour);
/* -1 when it is neither. */
int colour_parse(const char *name);

struct finding_model {
	char *stage, *kind, *id, *severity, *title, *package, *installed;
	char *fixed, *path;
	char *exception; /* that covers it, "" none */
	char *lapsed;	 /* which one would, and why it does not; "" none */
	char *state;	 /* open, suppressed, excepted, known, not-fixable */
	int line;
	bool suppressed; /* by the report, or by an exception */
	bool is_new;	 /* what it was compared with had not got it */
};

/* Why it does not count, as a sentence; NULL when it does. */
const char *finding_model_why(const struct finding_model *finding);
/* Of its severity; 0 is the worst. */
int finding_model_rank(const struct finding_model *finding);

struct severity_counts {
	int64_t critical, high, medium, low, info, unknown;
};

struct vote_model {
	char *person, *vote, *reason;
	int64_t time;
};

/* Who may vote, and why not: "ravi", "author, does not count". */
struct eligible_model {
	char *person, *why;
	bool can;
};

struct check_model {
	char *name, *text;
	enum state state;
};

struct ship_model { /* a commit that ships */
	char *commit, *author, *subject;
	int64_t time;
};

struct changed_model { /* a file that ships changed */
	char *path;
	int64_t insertions, deletions;
};

struct gate_model {
	bool present; /* it was opened at least once */
	bool open;
	char *environment, *outcome, *reason; /* outcome once closed */
	char *candidate_version, *candidate_commit;
	char *live_version, *live_commit;
	char *veto; /* what only an override lets pass, "" nothing */
	int64_t live_since, opened, expires, closed;
	int required, approvals;
	struct vote_model *votes;
	size_t vote_count, vote_cap;
	struct strings approvers;
	struct eligible_model *eligible;
	size_t eligible_count, eligible_cap;
	struct check_model *checks;
	size_t check_count, check_cap;
	struct {
		int64_t commits, files, insertions, deletions, authors;
		int64_t migrations;	 /* files of them */
		struct ship_model *list; /* newest first, at most 20 */
		size_t count, cap;
		struct strings risky;
		/* The most changed ones, largest first, at most 20. */
		struct changed_model *changed;
		size_t changed_count, changed_cap;
	} ships;
};

struct step_model { /* one step of a deployment's plan */
	char *name, *kind, *label, *reason;
	enum state state;
	double weight; /* percent, NAN when the step has none */
	int64_t planned_ms, started, ms;
};

struct test_model { /* a test that was told singly */
	char *name, *message, *file;
	enum state state;
	int line;
	int64_t ms; /* -1 not known */
	/* Of the runs before, as far as they are remembered: how many had
	 * tests in this stage, and in how many of them it failed; -1 not
	 * known. */
	bool newly_skipped; /* it ran in what it is compared with */
	int64_t runs_before, failed_before;
};

#define TESTS_KEPT 200

/* What the plans and plays read since it started say. */
struct changes_model {
	bool has_plan, has_play;
	int64_t adds, changes, replacements, destroys; /* resources */
	int64_t changed, failed, unreachable, hosts;
};

/* What its reports of coverage say; line_count 0: none was read. */
struct coverage_model {
	int64_t line_count, covered, branches, branches_covered;
	/* Percent in the release they were compared with, NAN not known. */
	double lines_before, branches_before;
};

struct stage_model {
	char *name, *kind, *why, *environment, *reason, *log;
	char *kept;	/* path of its work folder, when it failed in it */
	char *evidence; /* digest of what its reports said; "" not kept */
	struct strings needs;
	enum state state;
	int attempt;	     /* 0 never started */
	int64_t started, ms; /* ms once finished */
	int64_t usual_ms;    /* without waiting for people; 0 not known */
	int64_t log_bytes, log_lines;
	bool has_tests;
	/* What its reports say once one was read, else as counted live. */
	int64_t tests_passed, tests_failed, tests_skipped;
	int64_t tests_flaky; /* of the passed, failed at first */
	size_t reports;	     /* test reports read since it started */
	/* Those told singly since it started, in the order they came; the
	 * first TESTS_KEPT of those that did not pass, as many that did. */
	struct test_model *tests;
	size_t test_count, test_cap, tests_bad;
	bool scanned; /* a findings report was read since it started */
	bool scan_ok;
	/* Of its reports of findings and of tests: they tell nothing. */
	int64_t unread, tests_unread;
	char *scan_text; /* of the worst of its reports that do not hold */
	struct severity_counts scan_worst; /* that report's */
	int64_t suppressed; /* findings that an exception covers */
	char *fail_on;	    /* the severity that fails it, "" none */
	struct severity_counts severities;
	/* What its findings were compared with, "" nothing: open ones that
	 * are new since. */
	char *since;
	struct severity_counts fresh;
	struct coverage_model coverage;
	int64_t components, license_unknown; /* of bills of materials */
	struct changes_model changes;
	int64_t seq; /* of the newest event that moved it */
	struct gate_model gate;
	struct step_model *steps;
	size_t step_count, step_cap;
	/* 0 first; a stage is one rank after its latest need, one that is
	 * `finally` after all others. */
	size_t rank;
	bool finally;
	bool held;	    /* a person holds its deployment */
	bool awaits_window; /* an override lets it begin */
};

#define SAMPLES_KEPT 120

struct colour_model {
	char *version;
	bool up;      /* as of the last sample, or since it started */
	bool healthy; /* its target said so once it had started */
	double asked, share, rate, error_rate, p50, p95, p99;
	int64_t sessions; /* open at the last sample, -1 not known */
	int64_t sampled;  /* when, 0 never */
	/* The last samples, oldest first; NAN where one had no value. */
	struct {
		float rate, error_rate, p99;
	} samples[SAMPLES_KEPT];
	size_t sample_count;
};

struct environment_model {
	char *name;
	struct colour_model colours[COLOUR_COUNT];
	int live;	       /* enum colour, -1 when nothing is live */
	int candidate;	       /* the colour under deployment, -1 none */
	int64_t candidate_run; /* whose; 0 not known */
	char *live_version, *live_commit;
	int64_t live_run; /* that deployed it, 0 not known */
	int64_t live_since;
	struct { /* the way back, "" and 0 not known */
		char *version, *commit;
		int64_t run;
	} previous;
	char *stage; /* that deploys, "" none, or another run's */
	char *analysis_text, *analysis_verdict, *analysis_limit;
	char *preview;	  /* where the candidate can be looked at, "" nowhere */
	char *observed;	  /* how requests are shared since the last change */
	bool disagrees;	  /* not as it was asked */
	bool changing;	  /* a traffic change is under way */
	int64_t seq;	  /* of the newest event that moved it */
	int64_t deployed; /* when the last deployment began, 0 never */
	int64_t changed;  /* when the shares last changed, 0 never */
	struct {
		bool known, ready, cold;
		char *text, *version;
		int64_t last_ms; /* -1 never gone */
		int64_t last_at; /* when, 0 not known */
		bool last_was_drill;
		int64_t unknown_since; /* 0: it is known */
		int64_t migrations;    /* files that it does not undo */
	} way_back;
	struct {
		bool locked;
		char *person, *reason;
		int64_t until;
	} lock;
	char *last_rollback; /* the sentence of the last one */
	int rollbacks;	     /* how many have ended */
	bool rolling_back;
	bool drilling; /* the traffic is on the way back, and returns */
};

struct note_model { /* a line of EVENTS */
	int64_t seq, time;
	char *text;
	bool warning;
};

#define NOTES_KEPT 2000

struct past_run_model { /* one before this */
	int64_t run, ms;
	enum state state; /* as it ended */
	char *stage;	  /* that ended badly, "" none */
};

#define PAST_RUNS_KEPT 11

struct model {
	int64_t seq;	   /* newest journaled event */
	int64_t newest_ms; /* its wall time, transient ones too */
	int64_t events;	   /* how many were applied */
	int64_t run;
	char *pipeline, *mode, *commit, *subject, *author, *branch, *version;
	char *person, *text, *next;
	bool worktree;
	bool is_cancelled; /* somebody asked for its end */
	enum state state;
	int exit_status; /* once finished */
	int64_t started, finished;
	int jobs;	   /* stages at once, 0 not known */
	int64_t committed; /* the commit's own time */
	/* Of the pipeline, ended before this one began; newest first. */
	struct past_run_model past[PAST_RUNS_KEPT];
	size_t past_count;
	struct stage_model *stages;
	size_t stage_count, stage_cap;
	/* By name: numbers of stages from 1, 0 where none is; a power of two
	 * of slots, at most half of them taken. */
	size_t *stage_slots, stage_slot_count;
	size_t open_gates;
	struct environment_model *environments;
	size_t environment_count, environment_cap;
	struct finding_model *findings; /* worst first, at most 1,000 */
	size_t finding_count, finding_cap;
	bool scanned;
	bool scan_ok;
	char *scan_text; /* verdict in words: "holds", or why not: of the
			  * worst stage, named where there are several */
	struct severity_counts severities, fresh;
	int64_t unread; /* reports of findings that could not be read */
	bool compared;	/* what is fresh is known of each scan */
	struct note_model *notes; /* oldest first, the last NOTES_KEPT */
	size_t note_count, note_cap;
	bool without_notes; /* set by who reads none, before the first event */
};

struct model *model_new(void);
void model_free(struct model *model);
void model_apply(struct model *model, const struct event *event);

struct stage_model *model_stage(const struct model *model, const char *name);
struct environment_model *model_environment(const struct model *model,
					    const char *name);
/* Of a report.read: it could not be read, so what it counts is not known. */
bool report_is_unread(const struct event *event);
/* Of its findings nothing is known, as a report could not be read. */
bool stage_model_is_unread(const struct stage_model *stage);
/* The first stage with an open gate, or NULL. */
struct stage_model *model_open_gate(const struct model *model);
/* A stage whose gate was decided, where nothing was done since and nothing
 * else runs: on a run without an engine, it is what resume acts on. Or NULL. */
const struct stage_model *model_decided_gate(const struct model *model);
/* How many stages wait for a person: at a gate, at a pause without an end, or
 * because one held them. */
size_t model_waits(const struct model *model);
/* The same of a step of a plan. */
bool step_waits(const struct stage_model *stage, const struct step_model *step);
/* The step under way that a person may leave: a pause, an analysis, a bake;
 * NULL when there is none. */
const struct step_model *stage_leavable(const struct stage_model *stage);
/* Whether a promotion to the end leaves it out. */
bool step_is_skippable(const struct stage_model *stage,
		       const struct step_model *step);
/* The environment on screen: under deployment, else of the open gate, else
 * the last one deployed; NULL when there is none. */
struct environment_model *model_focus(const struct model *model);
/* How much longer the run takes when each stage takes its usual time, and
 * people none: an estimate. -1: not known, or only people are waited for. */
int64_t model_eta_ms(const struct model *model, int64_t now_ms);
/* The same of the whole run, as if it had not begun; 0 not known. */
int64_t model_usual_ms(const struct model *model);
/* "1 to DESTROY, 2 to add"; false, and nothing added, where there is no plan
 * and no play. */
bool changes_sentence(const struct changes_model *changes, struct str *out);
/* Something is destroyed, replaced, or did not go well. */
bool changes_are_harsh(const struct changes_model *changes);
#define TEST_HISTORY_SIZE 80
/* "never failed in 214 runs before", "failed in 3 of 214 runs before"; false
 * when nothing is known. */
bool test_history(int64_t failed_before, int64_t runs_before,
		  char text[TEST_HISTORY_SIZE]);
/* Of preview.opened: "http://127.0.0.1:8088, or with header X-Preview". */
void event_preview_where(const struct event *event, struct str *out);
/* One sentence for an event, as EVENTS and headless output show it, raw (not
 * made printable); NULL when it is not worth a line. The caller owns it. */
char *event_sentence(const struct event *event);

#endif
