/* SPDX-License-Identifier: MIT */
#include "engine/notices.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/message.h"
#include "proc/child.h"
#include "step/allowances.h"
#include "step/environ.h"

#define MOST 64		    /* that wait or are under way */
#define MOST_AT_ONCE 8	    /* under way */
#define LAST_GRACE_MS 10000 /* after all else is done */
#define KILL_AFTER_MS 1000
#define ANSWER_LIMIT (64u * 1024)

struct way { /* one entry of notify */
	const struct notify_config *config;
	size_t number;	 /* as people count */
	const char *url; /* NULL: a command, or not known */
	bool has_failed; /* that was said */
};

struct notice {
	struct notices *notices;
	struct way *way;
	char *body;
	bool is_due; /* on disk */
	bool is_under_way, is_late;
	struct http_call *call;
	pid_t pid;
	struct timer *deadline; /* of a command */
	struct notice *next;
};

struct notices {
	struct notices_options options;
	struct way *ways;
	size_t way_count;
	struct notice *list; /* in order */
	int count, under_way;
	struct timer *last;
	bool is_ending, is_over; /* the last while began, has passed */
};

static void start_due(void *data);

static void say(struct notices *notices, struct way *way, const char *format,
		...) PRINTF_LIKE(3, 4);

/* Once until it works again. */
static void say(struct notices *notices, struct way *way, const char *format,
		...)
{
	va_list args;
	char *why, *text;

	if (way->has_failed)
		return;
	way->has_failed = true;
	va_start(args, format);
	why = xvasprintf(format, args);
	va_end(args);
	text = xasprintf("notice %zu is not delivered: %s", way->number, why);
	notices->options.failed(notices->options.data, text);
	free(why);
	free(text);
}

static void last_is_over(void *data)
{
	struct notices *notices = data;

	notices->is_over = true;
	for (struct notice *notice = notices->list; notice;
	     notice = notice->next)
		say(notices, notice->way,
		    "the run ended before it was answered");
	notices->options.idle(notices->options.data);
}

struct notices *notices_new(const struct notices_options *options)
{
	const struct pipeline *pipeline = options->host->pipeline;
	struct notices *notices = xcalloc(1, sizeof(*notices));

	notices->options = *options;
	notices->way_count = pipeline->notify_count;
	notices->ways = xcalloc(notices->way_count, sizeof(*notices->ways));
	for (size_t i = 0; i < notices->way_count; i++) {
		const struct notify_config *config = &pipeline->notify[i];
		struct way *way = &notices->ways[i];

		way->config = config;
		way->number = i + 1;
		way->url = config->post_env ? getenv(config->post_env)
					    : config->post;
	}
	notices->last = loop_timer(options->host->loop, INT64_MAX, last_is_over,
				   notices);
	return notices;
}

static void notice_free(struct notice *notice)
{
	struct notices *notices = notice->notices;
	struct notice **link = &notices->list;

	while (*link != notice)
		link = &(*link)->next;
	*link = notice->next;
	notices->count--;
	notices->under_way -= notice->is_under_way;
	http_cancel(notice->call);
	timer_free(notice->deadline);
	free(notice->body);
	free(notice);
}

void notices_free(struct notices *notices)
{
	if (!notices)
		return;
	loop_unpost(notices->options.host->loop, start_due, notices);
	while (notices->list) {
		pid_t pid = notices->list->pid;

		if (pid > 0) {
			loop_child_forget(notices->options.host->loop, pid);
			child_signal_group(pid, SIGKILL);
		}
		notice_free(notices->list);
	}
	timer_free(notices->last);
	free(notices->ways);
	free(notices);
}

/* why NULL: delivered. */
static void notice_ended(struct notice *notice, const char *why)
{
	struct notices *notices = notice->notices;

	if (why)
		say(notices, notice->way, "%s", why);
	else
		notice->way->has_failed = false;
	notice_free(notice);
	loop_post(notices->options.host->loop, start_due, notices);
}

/* The way to the receiver is often a secret: scheme and host are said. */
static char *receiver(const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	for (size_t i = len; i > 0; i--)
		if (host[i - 1] == '@')
			return xasprintf("%.*s", (int)(len - i), host + i);
	return xasprintf("%.*s", (int)len, host);
}

static void posted(const struct http_response *response,
		   const struct error *err, void *data)
{
	struct notice *notice = data;
	char *host = receiver(notice->way->url);
	char *why = NULL;

	notice->call = NULL;
	if (err)
		why = xasprintf("%s %s", host,
				err->code == ERROR_TIMEOUT
					? "did not answer in time"
					: "cannot be reached");
	else if (response->status < 200 || response->status > 299)
		why = xasprintf("%s answered %d", host, response->status);
	notice_ended(notice, why);
	free(why);
	free(host);
}

static void post(struct notice *notice)
{
	static const char *const headers[] = {"Content-Type: application/json",
					      NULL};
	const struct step_host *host = notice->notices->options.host;
	struct http_request request = HTTP_REQUEST_INIT;

	if (!notice->way->url || !*notice->way->url) {
		char *why = xasprintf("%s is not set",
				      notice->way->config->post_env);

		notice_ended(notice, why);
		free(why);
		return;
	}
	request.method = "POST";
	request.url = notice->way->url;
	request.headers = headers;
	request.body = notice->body;
	request.body_len = strlen(notice->body);
	request.timeout_ms = notice->way->config->timeout_ms;
	request.body_limit = ANSWER_LIMIT;
	request.cuts_body = true;
	request.any_certificate =
		allowance_tls(host->allowances, &notice->way->config->tls);
	notice->call = http_start(host->http, &request, posted, notice);
}

static void command_ended(pid_t pid, int status, void *data)
{
	struct notice *notice = data;
	char *text = child_status_text(status);

	notice->pid = 0;
	child_signal_group(pid, SIGKILL); /* what it left behind */
	if (notice->is_late)
		notice_ended(notice, "the command did not end in time");
	else if (status)
		notice_ended(notice, text);
	else
		notice_ended(notice, NULL);
	free(text);
}

static void command_is_late(void *data)
{
	struct notice *notice = data;

	child_signal_group(notice->pid, notice->is_late ? SIGKILL : SIGTERM);
	notice->is_late = true;
	timer_set_in(notice->deadline, KILL_AFTER_MS);
}

/* The event as a file that nobody else sees: a pipe could fill. */
static int open_input(const struct notice *notice, struct error *err)
{
	const struct run_facts *run = notice->notices->options.host->run;
	char *path = path_join(run->run_folder, "notice");
	int fd = file_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600, err);

	if (fd >= 0)
		unlink(path);
	if (fd >= 0 && (file_write_all(fd, notice->body, strlen(notice->body),
				       path, err) < 0 ||
			lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

static int open_output(const struct notice *notice, struct error *err)
{
	const struct run_facts *run = notice->notices->options.host->run;
	char *path = path_join(run->run_folder, "notices.log");
	int fd = file_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600, err);

	free(path);
	return fd;
}

static pid_t start_command(const struct notice *notice, struct error *err)
{
	const struct step_host *host = notice->notices->options.host;
	const char *const argv[] = {"sh", "-e", "-c", notice->way->config->run,
				    NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct strings env = STRINGS_INIT;
	pid_t pid = -1;

	environ_build_outside(host, &env);
	options.argv = argv;
	options.path = "/bin/sh";
	options.env = (const char *const *)env.items;
	options.folder = host->run->repository_folder;
	options.input = open_input(notice, err);
	if (options.input >= 0)
		options.output = open_output(notice, err);
	if (options.input >= 0 && options.output >= 0)
		pid = child_start(&options, err);
	if (options.input >= 0)
		close(options.input);
	if (options.output >= 0)
		close(options.output);
	strings_release(&env);
	return pid;
}

static void run(struct notice *notice)
{
	struct loop *loop = notice->notices->options.host->loop;
	struct error err = ERROR_INIT;

	notice->pid = start_command(notice, &err);
	if (notice->pid < 0) {
		notice->pid = 0;
		notice_ended(notice, error_text(&err));
		error_clear(&err);
		return;
	}
	loop_child(loop, notice->pid, command_ended, notice);
	notice->deadline = loop_timer(loop, INT64_MAX, command_is_late, notice);
	timer_set_in(notice->deadline, notice->way->config->timeout_ms);
}

/* It is not known yet whether its receiver is to be verified. */
static bool is_unjudged(const struct notice *notice)
{
	const struct allowances *all =
		notice->notices->options.host->allowances;

	return notice->way->config->tls.reason && all &&
	       !allowances_are_judged(all);
}

static struct notice *next_due(struct notices *notices)
{
	struct notice *notice = notices->list;

	while (notice &&
	       (notice->is_under_way || !notice->is_due || is_unjudged(notice)))
		notice = notice->next;
	return notice;
}

static void start_due(void *data)
{
	struct notices *notices = data;
	struct notice *notice;

	while (notices->under_way < MOST_AT_ONCE &&
	       (notice = next_due(notices))) {
		notice->is_under_way = true;
		notices->under_way++;
		if (notice->way->config->run)
			run(notice);
		else
			post(notice);
	}
	if (!notices->list)
		notices->options.idle(notices->options.data);
}

static void on_disk(void *data)
{
	struct notices *notices = data;
	struct notice *notice = notices->list;

	/* It is called once for each, in their order. */
	while (notice && notice->is_due)
		notice = notice->next;
	if (notice)
		notice->is_due = true;
	start_due(notices);
}

static void add(struct notices *notices, struct way *way,
		const struct event *event, int64_t seq)
{
	struct notice **link = &notices->list;
	struct notice *notice;

	if (notices->count >= MOST) {
		say(notices, way, "%d wait already; this one is left out",
		    MOST);
		return;
	}
	notice = xcalloc(1, sizeof(*notice));
	notice->notices = notices;
	notice->way = way;
	notice->body =
		message_make(notices->options.host, way->config, event, seq);
	while (*link)
		link = &(*link)->next;
	*link = notice;
	notices->count++;
	if (notices->options.stream)
		stream_on_disk(notices->options.stream, on_disk, notices);
	else
		on_disk(notices);
}

void notices_take(struct notices *notices, const struct event *event,
		  int64_t seq)
{
	for (size_t i = 0; notices && i < notices->way_count; i++)
		if (message_is_wanted(notices->ways[i].config, event))
			add(notices, &notices->ways[i], event, seq);
}

void notices_were_judged(struct notices *notices)
{
	if (notices->list)
		start_due(notices);
}

void notices_go_on(struct notices *notices)
{
	if (!notices || !notices->is_ending)
		return;
	timer_stop(notices->last);
	notices->is_ending = notices->is_over = false;
}

bool notices_hold_the_end(struct notices *notices)
{
	if (!notices || !notices->list || notices->is_over)
		return false;
	if (!notices->is_ending)
		timer_set_in(notices->last, LAST_GRACE_MS);
	notices->is_ending = true;
	return true;
}
