/* SPDX-License-Identifier: MIT */
#include "delivery/keeper-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/event.h"
#include "proc/identity.h"

#define SPEC_LIMIT (1u << 20)

int keeper_spec_write(const char *folder, const struct keeper_spec *spec,
		      struct error *err)
{
	json_t *root = json_object(), *argv = json_array();
	char *path = path_join(folder, "spec"), *text;
	int result;

	for (size_t i = 0; i < spec->argv.count; i++)
		json_array_append_new(argv, json_foreign(spec->argv.items[i]));
	json_object_set_new(root, "argv", argv);
	json_object_set_new(root, "working-folder",
			    json_foreign(spec->working_folder));
	if (spec->liveness)
		json_object_set_new(root, "liveness",
				    json_foreign(spec->liveness));
	json_object_set_new(root, "drain", json_integer(spec->drain));
	text = json_dumps(root, JSON_COMPACT);
	result = file_replace(path, text, strlen(text), 0600, err);
	free(text);
	free(path);
	json_decref(root);
	return result;
}

int keeper_spec_read(const char *folder, struct keeper_spec *spec,
		     struct error *err)
{
	char *path = path_join(folder, "spec");
	struct str text = STR_INIT;
	json_t *root = NULL;
	int result = -1;

	if (file_read(path, &text, SPEC_LIMIT, err) < 0)
		goto out;
	root = json_loadb(text.data, text.len, 0, NULL);
	if (!json_array_size(json_object_get(root, "argv"))) {
		error_set(err, ERROR_CORRUPT, "%s says nothing to run", path);
		goto out;
	}
	for (size_t i = 0; i < json_array_size(json_object_get(root, "argv"));
	     i++)
		strings_add(&spec->argv,
			    json_string_value(json_array_get(
				    json_object_get(root, "argv"), i)));
	spec->working_folder = xstrdup(json_text(root, "working-folder"));
	if (*json_text(root, "liveness"))
		spec->liveness = xstrdup(json_text(root, "liveness"));
	spec->drain = (int)json_int(root, "drain", 0);
	result = 0;
out:
	json_decref(root);
	str_release(&text);
	free(path);
	return result;
}

void keeper_spec_release(struct keeper_spec *spec)
{
	strings_release(&spec->argv);
	free(spec->working_folder);
	free(spec->liveness);
	spec->working_folder = spec->liveness = NULL;
}

int keeper_lock_take(const char *folder, struct error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char *path = path_join(folder, "lock");
	int fd = file_open(path, O_RDWR | O_CREAT, 0600, err);

	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) < 0) {
		int reason = errno;

		close(fd);
		fd = reason == EACCES || reason == EAGAIN
			     ? error_set(err, ERROR_REFUSED,
					 "%s has a keeper already", folder)
			     : error_set(err, ERROR_IO, "cannot lock %s: %s",
					 path, strerror(reason));
	}
	free(path);
	return fd;
}

pid_t keeper_lock_holder(const char *folder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char *path = path_join(folder, "lock");
	int fd = file_open(path, O_RDWR, 0, NULL);
	bool is_unknown = fd < 0 && (errno == EMFILE || errno == ENFILE);
	pid_t holder = 0;

	free(path);
	if (fd < 0)
		return is_unknown ? -1 : 0;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		holder = lock.l_pid;
	close(fd);
	return holder;
}

int keeper_child_write(const char *folder, pid_t pid, struct error *err)
{
	char *path = path_join(folder, "child");
	char text[96];
	int len =
		snprintf(text, sizeof(text), "%ld %" PRIu64 " %ld\n", (long)pid,
			 process_start_time(pid), (long)getsid(pid));
	int result = file_replace(path, text, (size_t)len, 0600, err);

	free(path);
	return result;
}

void keeper_child_forget(const char *folder)
{
	char *path = path_join(folder, "child");

	unlink(path);
	free(path);
}

void keeper_restarts_write(const char *folder, int64_t restarts,
			   const char *ended)
{
	char *path = path_join(folder, "restarts");
	char *text = xasprintf("%" PRId64 " %s\n", restarts, ended);

	/* It is for telling: what is kept goes on without. */
	if (file_replace(path, text, strlen(text), 0600, NULL) < 0)
		unlink(path);
	free(text);
	free(path);
}

void keeper_restarts_read(const char *folder, int64_t *restarts, char *ended,
			  size_t size)
{
	char *path = path_join(folder, "restarts");
	struct str text = STR_INIT;
	int at = 0;

	*restarts = 0;
	ended[0] = '\0';
	if (file_read(path, &text, 4096, NULL) == 0 &&
	    sscanf(text.data, "%" SCNd64 " %n", restarts, &at) == 1)
		snprintf(ended, size, "%.*s",
			 (int)strcspn(text.data + at, "\n"), text.data + at);
	str_release(&text);
	free(path);
}

struct kept {
	long pid, session;
	uint64_t start_time;
};

/* An older signalbox did not write the session: 0. */
static bool read_child(const char *folder, struct kept *kept)
{
	char *path = path_join(folder, "child");
	struct str text = STR_INIT;
	bool found;

	kept->session = 0;
	found = file_read(path, &text, 4096, NULL) == 0 &&
		sscanf(text.data, "%ld %" SCNu64 " %ld", &kept->pid,
		       &kept->start_time, &kept->session) >= 2 &&
		kept->pid > 1;
	str_release(&text);
	free(path);
	return found;
}

pid_t keeper_child_running(const char *folder)
{
	struct kept kept;

	if (read_child(folder, &kept) &&
	    process_is((pid_t)kept.pid, kept.start_time))
		return (pid_t)kept.pid;
	return 0;
}

static bool runs(long pid)
{
	return process_is((pid_t)pid, process_start_time((pid_t)pid));
}

/* Neither number is given again while one of group and session is left: who
 * runs by it now is another, and so are those that it leads. */
pid_t keeper_group_running(const char *folder)
{
	struct kept kept;

	if (!read_child(folder, &kept))
		return 0;
	if (process_is((pid_t)kept.pid, kept.start_time))
		return (pid_t)kept.pid;
	if (kept.session <= 1 || runs(kept.pid) || runs(kept.session) ||
	    !processes_of_session((pid_t)kept.session, (pid_t)kept.pid, NULL,
				  0))
		return 0;
	return (pid_t)kept.pid;
}
