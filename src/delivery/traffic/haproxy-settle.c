/* SPDX-License-Identifier: MIT */
/* Weights where a reload or restart reads them: the configuration of a
 * managed HAProxy, the server-state file of an attached one. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

static void write_file(void *data)
{
	struct errand *errand = data;

	if (file_replace(errand->path, errand->text.data, errand->text.len,
			 errand->mode, &errand->err) < 0)
		return; /* told by file_written() */
}

static void file_written(void *data)
{
	struct errand *errand = data;
	struct error err = errand->err;
	struct work *work;

	errand->err = (struct error)ERROR_INIT;
	work = errand_end(errand);
	if (work)
		work->after(work, err.code == ERROR_NONE ? NULL : &err);
	error_clear(&err);
}

static void write_by(struct haproxy *haproxy, struct errand *errand,
		     const char *path, const struct str *text)
{
	if (!haproxy->helper)
		haproxy->helper =
			helper_new(haproxy->traffic.options.loop, "traffic");
	errand->path = xstrdup(path);
	/* An attached haproxy may run as another user. */
	errand->mode = haproxy->managed ? 0600 : 0644;
	str_add_bytes(&errand->text, text->data, text->len);
	helper_run(haproxy->helper, write_file, file_written, errand);
}

void haproxy_write(struct work *work, const char *path, const struct str *text,
		   void (*written)(struct work *work, const struct error *err))
{
	work->after = written;
	write_by(work->haproxy, errand_new(work), path, text);
}

void haproxy_write_alone(struct haproxy *haproxy, const char *path,
			 const struct str *text)
{
	struct errand *errand = xcalloc(1, sizeof(*errand));

	str_init(&errand->text);
	write_by(haproxy, errand, path, text);
}

static void weights_written(struct work *work, const struct error *err)
{
	if (!err) {
		haproxy_settled_keep(work->haproxy);
		work->haproxy->unsettled = false;
	}
	work_end(work, err);
}

/* What `show servers state` said, without what follows it. */
static size_t state_length(const char *answer, size_t len)
{
	const char *end = strstr(answer, "\n\n");

	return end ? (size_t)(end - answer) + 2 : len;
}

static void settle_with(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	const char *path = haproxy->config->server_state;
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;

	if (haproxy_take_truth(haproxy, answer, &err) < 0) {
		error_prefix(&err, "cannot settle the weights");
		work_fail(work, &err);
		return;
	}
	if (haproxy->managed) {
		haproxy_take_preview(haproxy, answer, 0);
		path = haproxy->config_path;
		haproxy_config_write(haproxy->traffic.options.environment,
				     haproxy->socket, haproxy->units,
				     haproxy->preview, &text);
	} else { /* whole, as haproxy's own tools save it */
		str_add_bytes(&text, answer, state_length(answer, len));
	}
	haproxy_write(work, path, &text, weights_written);
	str_release(&text);
}

void haproxy_settle(struct traffic *traffic, traffic_done *done, void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);
	char *line;

	work->tell.done = done;
	if (haproxy->managed)
		line = haproxy_state_question(haproxy, "; show info");
	else
		line = xstrdup("show servers state; show info");
	work_ask(work, line, settle_with);
	free(line);
}
