/* SPDX-License-Identifier: MIT */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper.h"
#include "event/journal.h"
#include "net/http.h"
#include "proc/identity.h"
#include "support/cmocka.h"
#include "support/manual.h"
#include "system/colour.h"

#define WORDS_MOST 24

static const char *const kept_names[] = {"blue", "green", "proxy/proxy",
					 "proxy/nginx"};

int site_main(int argc, char **argv, int (*tests)(void))
{
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return colour_serve();
	signal(SIGPIPE, SIG_IGN);
	/* What stderr says comes between two lines, never within one. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Those of that name alone. */
	cmocka_set_test_filter(getenv("SIGNALBOX_TEST"));
	return tests();
}

/* What a person's own settings would change. */
static void set_environment(const struct site *site)
{
	char *runtime = path_join(site->folder, "runtime");

	assert_int_equal(folder_make(runtime, 0700, NULL), 0);
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	setenv("XDG_CONFIG_HOME", site->folder, 1);
	setenv("XDG_STATE_HOME", site->folder, 1);
	setenv("HOME", site->folder, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
	free(runtime);
}

static char *find_signalbox(void)
{
	const char *named = getenv("SIGNALBOX");
	char *path = realpath(named ? named : "./signalbox", NULL);

	if (!path)
		fail_msg("no signalbox; set SIGNALBOX, or call in the build "
			 "folder");
	return path;
}

int site_set_up(void **state)
{
	struct site *site = xcalloc(1, sizeof(*site));

	*state = site;
	site->signalbox = find_signalbox();
	site->folder = xstrdup("/tmp/signalbox-site-XXXXXX");
	assert_non_null(mkdtemp(site->folder));
	leftovers_watch(&site->leftovers, site->folder);
	set_environment(site);
	site->repository = path_join(site->folder, "shop");
	site->state = path_join(site->repository, ".git/signalbox");
	site->port = web_free_port();
	site->blue = web_free_port();
	site->green = web_free_port();
	site->staging_port = web_free_port();
	site->staging_blue = web_free_port();
	site->staging_green = web_free_port();
	site_shell(site, site->folder,
		   "git init -q -b main shop && cd shop && "
		   "git config user.email root@example.org && "
		   "git config user.name root && : > bug");
	return 0;
}

static void each_environment(struct site *site,
			     void (*act)(struct site *site, const char *name))
{
	char *folder = path_join(site->state, "environments");
	char *text = xasprintf("ls %s 2>/dev/null", folder);
	FILE *list = popen(text, "r");
	char name[128];

	assert_non_null(list);
	while (fscanf(list, "%127s", name) == 1)
		act(site, name);
	pclose(list);
	free(text);
	free(folder);
}

static void take_down(struct site *site, const char *name)
{
	/* It says what it could not; what counts is what still runs. */
	(void)site_call(site, "down", name, NULL);
}

static void kill_kept(struct site *site, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept_names); i++) {
		pid_t keeper = site_keeper(site, name, kept_names[i]);
		pid_t kept = site_kept(site, name, kept_names[i]);

		if (keeper)
			kill(keeper, SIGKILL);
		if (kept)
			kill(kept, SIGKILL);
		if (keeper || kept)
			print_error("`down %s` left %s running\n", name,
				    kept_names[i]);
	}
}

static void free_processes(struct site *site)
{
	while (site->processes) {
		struct process *process = site->processes;

		site->processes = process->next;
		process_free(process);
	}
}

static int end_run(const struct event *event, void *data)
{
	pid_t pid = (pid_t)event_int(event, "pid", 0);

	(void)data;
	if (event->type == EVENT_RUN_STARTED && pid &&
	    process_is(pid, (uint64_t)event_int(event, "pid-start", 0)))
		kill(pid, SIGKILL); /* and its guard ends the rest */
	return 0;
}

/* One that was detached is below none of our processes; what a test has
 * damaged tells of none. */
static void end_runs(const struct site *site)
{
	for (int run = 1;; run++) {
		char *folder = site_run_folder(site, run);
		bool is_there = file_exists(folder);

		if (is_there && journal_read(folder, 1, end_run, NULL, NULL))
			print_message("%s cannot be read\n", folder);
		free(folder);
		if (!is_there)
			return;
	}
}

/* What the program wrote is what signalbox-events(5) promises. */
static int check_journals(const struct site *site)
{
	char *text = xasprintf("ls -d %s/runs/* %s/environments/* 2>/dev/null",
			       site->state, site->state);
	struct manual *manual = manual_read();
	FILE *list = popen(text, "r");
	char folder[256];
	int result = 0;

	while (fscanf(list, "%255s", folder) == 1) {
		char *fault = manual_journal_fault(manual, folder);

		if (fault) {
			print_error("%s\n", fault);
			result = -1;
		}
		free(fault);
	}
	pclose(list);
	manual_free(manual);
	free(text);
	return result;
}

int site_tear_down(void **state)
{
	struct site *site = *state;
	int result;

	if (site->is_loaded)
		site_load_stop(site);
	free_processes(site);
	end_runs(site);
	each_environment(site, take_down);
	each_environment(site, kill_kept);
	free_processes(site);
	leftovers_end(&site->leftovers);
	result = check_journals(site);
	if (folder_remove(site->folder, NULL) < 0)
		print_error("%s is left\n", site->folder);
	free(site->state);
	free(site->repository);
	free(site->folder);
	free(site->signalbox);
	free(site);
	return result;
}

static void add_number(struct str *out, int number)
{
	str_addf(out, "%d", number);
}

/* False when the name is none of ours. */
static bool add_value(const struct site *site, const char *name, size_t len,
		      struct str *out)
{
	const struct {
		const char *name;
		int value;
	} ports[] = {
		{"PORT", site->port},
		{"BLUE", site->blue},
		{"GREEN", site->green},
		{"STAGING", site->staging_port},
		{"STAGING_BLUE", site->staging_blue},
		{"STAGING_GREEN", site->staging_green},
	};
	char *own;

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		if (strlen(ports[i].name) != len ||
		    strncmp(ports[i].name, name, len) != 0)
			continue;
		add_number(out, ports[i].value);
		return true;
	}
	if (strncmp(name, "FOLDER@", len + 1) == 0) {
		str_add(out, site->folder);
		return true;
	}
	if (strncmp(name, "SERVER@", len + 1) != 0)
		return false;
	own = process_own_path();
	str_add(out, own);
	free(own);
	return true;
}

void site_put(struct site *site, const char *name, const char *text)
{
	char *path = path_join(site->folder, name);

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

void site_write(struct site *site, const char *path, const char *text)
{
	char *whole = path_join(site->repository, path);
	char *folder = xstrdup(whole);
	struct str out = STR_INIT;

	while (*text) {
		size_t len = *text == '@' ? strcspn(text + 1, "@\n ") : 0;

		if (len && text[len + 1] == '@' &&
		    add_value(site, text + 1, len, &out))
			text += len + 2;
		else
			str_add_char(&out, *text++);
	}
	*strrchr(folder, '/') = '\0';
	assert_int_equal(folder_make(folder, 0755, NULL), 0);
	assert_int_equal(file_replace(whole, out.data, out.len, 0644, NULL), 0);
	str_release(&out);
	free(folder);
	free(whole);
}

void site_pipeline(struct site *site, const char *text)
{
	site_write(site, "signalbox.yaml", text);
}

void site_shell(struct site *site, const char *folder, const char *text)
{
	const char *const argv[] = {"sh", "-ec", text, NULL};
	struct process *process = site_spawn(site, folder, argv);

	if (process_await(process) != 0)
		fail_msg("%s: %s%s", text, process->out.data,
			 process->err.data);
}

void site_commit(struct site *site, const char *subject)
{
	char *text = xasprintf("git add -A && git -c user.name=Ana -c "
			       "user.email=ana@example.org commit -q -m '%s'",
			       subject);

	site_shell(site, site->repository, text);
	free(text);
}

struct process *site_spawn(struct site *site, const char *folder,
			   const char *const *argv)
{
	struct process *process =
		process_start(folder ? folder : site->repository, argv);

	process->next = site->processes;
	site->processes = process;
	return process;
}

static void collect(const struct site *site, const char **argv, va_list args)
{
	int count = 0;

	argv[count++] = site->signalbox;
	while ((argv[count] = va_arg(args, const char *)))
		assert_true(++count < WORDS_MOST);
}

int site_call(struct site *site, ...)
{
	const char *argv[WORDS_MOST];
	struct process *process;
	va_list args;
	int status;

	va_start(args, site);
	collect(site, argv, args);
	va_end(args);
	process = site_spawn(site, NULL, argv);
	status = process_await(process);
	site->out = process->out.data;
	site->err = process->err.data;
	return status;
}

struct process *site_start(struct site *site, const char *folder, ...)
{
	const char *argv[WORDS_MOST];
	va_list args;

	va_start(args, folder);
	collect(site, argv, args);
	va_end(args);
	return site_spawn(site, folder, argv);
}

char *site_run_folder(const struct site *site, int run)
{
	return xasprintf("%s/runs/%d", site->state, run);
}

char *site_environment_folder(const struct site *site, const char *name)
{
	return xasprintf("%s/environments/%s", site->state, name);
}

struct search {
	enum event_type type;
	const char *stage;
	struct str line; /* the last one found */
	int count;
};

static int look(const struct event *event, void *data)
{
	struct search *search = data;

	if (event->type != search->type ||
	    (search->stage && strcmp(event_stage(event), search->stage) != 0))
		return 0;
	search->count++;
	str_clear(&search->line);
	event_encode(event, NULL, &search->line);
	return 0;
}

static void search_in(const char *folder, struct search *search)
{
	struct error err = ERROR_INIT;

	if (journal_read(folder, 1, look, search, &err) < 0)
		fail_msg("%s: %s", folder, error_text(&err));
}

struct event *site_last_event(const char *folder, enum event_type type,
			      const char *stage)
{
	struct search search = {type, stage, STR_INIT, 0};
	struct event *event = NULL;

	search_in(folder, &search);
	if (search.count)
		event = event_decode(search.line.data, search.line.len - 1,
				     NULL);
	str_release(&search.line);
	return event;
}

int site_count_events(const char *folder, enum event_type type,
		      const char *stage)
{
	struct search search = {type, stage, STR_INIT, 0};

	search_in(folder, &search);
	str_release(&search.line);
	return search.count;
}

static char *kept_folder(const struct site *site, const char *environment,
			 const char *name)
{
	return xasprintf("%s/environments/%s/%s", site->state, environment,
			 name);
}

pid_t site_keeper(const struct site *site, const char *environment,
		  const char *name)
{
	char *folder = kept_folder(site, environment, name);
	pid_t pid = keeper_lock_holder(folder);

	free(folder);
	return pid;
}

pid_t site_kept(const struct site *site, const char *environment,
		const char *name)
{
	char *folder = kept_folder(site, environment, name);
	pid_t pid = keeper_child_running(folder);

	free(folder);
	return pid;
}

void site_load_start(struct site *site)
{
	for (int i = 0; i < SITE_LOADS; i++)
		web_load_start(&site->loads[i], site->port, "/", i == 0);
	site->is_loaded = true;
}

void site_load_stop(struct site *site)
{
	for (int i = 0; i < SITE_LOADS; i++)
		web_load_stop(&site->loads[i]);
	site->is_loaded = false;
}

long site_load_total(const struct site *site)
{
	return web_load_count(&site->loads[0]) +
	       web_load_count(&site->loads[1]);
}

long site_load_failed(const struct site *site)
{
	return atomic_load(&site->loads[0].failed) +
	       atomic_load(&site->loads[1].failed);
}

long site_load_5xx(const struct site *site)
{
	return atomic_load(&site->loads[0].answers_5xx) +
	       atomic_load(&site->loads[1].answers_5xx);
}

struct goal {
	const struct site *site;
	long total;
};

static bool is_reached(void *data)
{
	const struct goal *goal = data;

	return site_load_total(goal->site) >= goal->total;
}

void site_await_requests(struct site *site, long more)
{
	struct goal goal = {site, site_load_total(site) + more};

	await(is_reached, &goal, "requests answered");
}

struct each {
	const struct site *site;
	long answered[SITE_LOADS][WEB_CLIENTS];
};

static bool has_each_answered(void *data)
{
	const struct each *each = data;

	for (int i = 0; i < SITE_LOADS; i++)
		for (int j = 0; j < WEB_CLIENTS; j++)
			if (atomic_load(&each->site->loads[i]
						 .clients[j]
						 .answered) ==
			    each->answered[i][j])
				return false;
	return true;
}

void site_await_begun_requests(struct site *site)
{
	struct each each = {.site = site};

	for (int i = 0; i < SITE_LOADS; i++)
		for (int j = 0; j < WEB_CLIENTS; j++)
			each.answered[i][j] = atomic_load(
				&site->loads[i].clients[j].answered);
	await(has_each_answered, &each, "an answer to each client");
}

const char *site_colour(struct site *site)
{
	static const char *const colours[] = {"blue", "green"};
	char body[64] = "";

	if (web_get(site->port, "/", body) != 0)
		for (int i = 0; i < 2; i++)
			if (strcmp(body, colours[i]) == 0)
				return colours[i];
	return "";
}

void assert_says_at(const char *text, const char *part, bool wanted,
		    const char *file, int line)
{
	if (!strstr(text, part) != wanted)
		return;
	print_error("%s\"%s\" in:\n%s\n", wanted ? "no " : "", part, text);
	_fail(file, line);
}

void site_assert_nothing_failed(const struct site *site)
{
	assert_int_equal(site_load_failed(site), 0);
	assert_int_equal(site_load_5xx(site), 0);
}

long site_load_by(const struct site *site, bool green)
{
	long count = 0;

	for (int i = 0; i < SITE_LOADS; i++)
		count += atomic_load(green ? &site->loads[i].green
					   : &site->loads[i].blue);
	return count;
}
