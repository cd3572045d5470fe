/* SPDX-License-Identifier: MIT */
/*
 * A site: a repository in a folder of its own, free ports, and the real
 * program called in it. Whatever was started is stopped by site_tear_down(),
 * also after a failed test, and when the test program itself is killed.
 *
 *	site_set_up / site_tear_down            cmocka's set-up and tear-down
 *	site_pipeline(site, TEXT); site_commit(site, "first");
 *	assert_int_equal(site_call(site, "run", NULL), 0);
 *	assert_says(site->out, "passed");
 *
 * A program of these tests is also the server that its pipelines release:
 * its main() hands over to site_main() first.
 */
#ifndef SIGNALBOX_TESTS_SYSTEM_SUPPORT_H
#define SIGNALBOX_TESTS_SYSTEM_SUPPORT_H

#include "support/cmocka.h"

#include <stdbool.h>
#include <sys/types.h>

#include "base/str.h"
#include "event/event.h"
#include "system/leftovers.h"
#include "system/process.h"
#include "system/web.h"

#define SITE_LOADS 2

struct site {
	char *folder;	  /* everything is below it */
	char *repository; /* where calls are made */
	char *state;	  /* repository/.git/signalbox */
	char *signalbox;
	int port, blue, green;			       /* production */
	int staging_port, staging_blue, staging_green; /* staging */
	struct process *processes;
	const char *out, *err; /* what the last site_call() printed */
	struct web_load loads[SITE_LOADS];
	bool is_loaded;
	struct leftovers leftovers;
};

/* Environments to put under `environments:`, one gate key may follow. */
#define SITE_PRODUCTION                                             \
	"  production:\n"                                           \
	"    target: {process: {command: \"exec @SERVER@ serve\", " \
	"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"            \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"
#define SITE_STAGING                                                     \
	"  staging:\n"                                                   \
	"    target: {process: {command: \"exec @SERVER@ serve\", "      \
	"ports: [@STAGING_BLUE@, @STAGING_GREEN@], health: /healthz}}\n" \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@STAGING@\"}}\n"
/* The artifact is the file `bug` that colour.h tells of. */
#define SITE_BUILD "  build: {run: \"true\", artifacts: [bug]}\n"

int site_main(int argc, char **argv, int (*tests)(void));
int site_set_up(void **state);
int site_tear_down(void **state);

/* Writes a file of the repository, folders made; @NAME@ as in the macros
 * above is replaced. */
void site_write(struct site *site, const char *path, const char *text);
/* A file beside the repository, @FOLDER@/NAME, as it is. */
void site_put(struct site *site, const char *name, const char *text);
void site_pipeline(struct site *site, const char *text);
/* Commits all there is, as ana@example.org. */
void site_commit(struct site *site, const char *subject);
/* Runs a shell text in a folder, which must succeed. */
void site_shell(struct site *site, const char *folder, const char *text);

/* `signalbox WORDS... NULL` in the repository: its exit status. */
int site_call(struct site *site, ...) __attribute__((sentinel));
/* The same, going on. In folder, NULL: the repository. */
struct process *site_start(struct site *site, const char *folder, ...)
	__attribute__((sentinel));
/* Any program. */
struct process *site_spawn(struct site *site, const char *folder,
			   const char *const *argv);
/* "STATE/runs/N" or "STATE/environments/NAME"; the caller's. */
char *site_run_folder(const struct site *site, int run);
char *site_environment_folder(const struct site *site, const char *name);
/* The last event of a type in a journal (of a stage, if not NULL), or NULL;
 * the caller's. */
struct event *site_last_event(const char *folder, enum event_type type,
			      const char *stage);
int site_count_events(const char *folder, enum event_type type,
		      const char *stage);
/* The keeper of "blue", "green" or "proxy/proxy", and what it runs; 0 none. */
pid_t site_keeper(const struct site *site, const char *environment,
		  const char *name);
pid_t site_kept(const struct site *site, const char *environment,
		const char *name);

/* Clients on production, keep-alive and not, until the stop. */
void site_load_start(struct site *site);
void site_load_stop(struct site *site);
long site_load_total(const struct site *site);
long site_load_failed(const struct site *site);
long site_load_5xx(const struct site *site);
/* Answered by that colour. */
long site_load_by(const struct site *site, bool green);
void site_assert_nothing_failed(const struct site *site);
void site_await_requests(struct site *site, long more);
/* Until each client has the answer to what it asks now: what is counted from
 * then on was asked after this. */
void site_await_begun_requests(struct site *site);
/* One request to production: the colour that answered, "" none. */
const char *site_colour(struct site *site);

#define assert_says(text, part) \
	assert_says_at(text, part, true, __FILE__, __LINE__)
#define assert_says_not(text, part) \
	assert_says_at(text, part, false, __FILE__, __LINE__)
void assert_says_at(const char *text, const char *part, bool wanted,
		    const char *file, int line);

#endif
