/* SPDX-License-Identifier: MIT */
#include "delivery/target/kind.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "net/port.h"

#define FILE_LIMIT 4096
#define LOG_TAIL 4096

/* Enough to run, the same from whichever shell it is started. */
static const char *const inherited[] = {
	"PATH", "HOME",	  "USER",     "LOGNAME", "SHELL",
	"LANG", "LC_ALL", "LC_CTYPE", "TZ",	 "TMPDIR",
};

/* Replaces an earlier value of the same name. */
static void set(struct strings *env, const char *key, const char *value)
{
	char *entry = xasprintf("%s=%s", key, value);
	size_t len = strlen(key) + 1;

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->items[i], entry, len) == 0) {
			free(env->items[i]);
			env->items[i] = entry;
			return;
		}
	strings_add_owned(env, entry);
}

static void set_int(struct strings *env, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	set(env, key, text);
}

static void set_pairs(struct strings *env, const struct pairs *pairs)
{
	for (size_t i = 0; pairs && i < pairs->count; i++)
		set(env, pairs->items[i].key, pairs->items[i].value);
}

static void inherit(struct strings *env)
{
	for (size_t i = 0; i < ARRAY_SIZE(inherited); i++) {
		const char *value = getenv(inherited[i]);

		if (value)
			set(env, inherited[i], value);
	}
}

void target_variables(const struct target *target,
		      const struct target_release *release, bool inherits,
		      struct strings *env)
{
	const char *colour = colour_name(target->colour);

	if (inherits)
		inherit(env);
	set_pairs(env, &target->config->target.env);
	set_pairs(env, release->secrets);
	set_int(env, "PORT", target_port(target));
	set(env, "COLOUR", colour);
	set(env, "VERSION", release->version);
	set(env, "SIGNALBOX_ENVIRONMENT", target->environment);
	set(env, "SIGNALBOX_COLOUR", colour);
	set_int(env, "SIGNALBOX_INSTANCE", target->instance + 1);
	set(env, "SIGNALBOX_VERSION", release->version);
	set(env, "SIGNALBOX_COMMIT", release->commit);
	set(env, "SIGNALBOX_DIGEST", release->digest);
	set_int(env, "SIGNALBOX_PORT", target_port(target));
	set_int(env, "SIGNALBOX_RUN", release->run);
}

int target_port(const struct target *target)
{
	return target->config->target.ports[target->colour] + target->instance;
}

int target_check_port(const struct target *target, struct error *err)
{
	if (port_is_free(target_port(target)))
		return 0;
	return error_set(err, ERROR_IO,
			 "port %d: Address already in use; stop what listens "
			 "there, or name other ports in the pipeline file",
			 target_port(target));
}

char *target_last_words(const struct target *target)
{
	char *path = path_join(target->folder, "log"), *start, *words;
	int fd = file_open(path, O_RDONLY, 0, NULL);
	char text[LOG_TAIL + 1];
	ssize_t len = 0;
	off_t size;

	free(path);
	if (fd < 0)
		return xstrdup("");
	size = lseek(fd, 0, SEEK_END);
	len = pread(fd, text, LOG_TAIL, size > LOG_TAIL ? size - LOG_TAIL : 0);
	close(fd);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	text[len > 0 ? len : 0] = '\0';
	start = strrchr(text, '\n');
	start = start ? start + 1 : text;
	words = *start ? xasprintf("; its log ends: \"%.200s\"", start)
		       : xstrdup("");
	return words;
}

/* A full disk must not stop what is under way: who reads it finds less. */
static void keep(const char *folder, const char *name, const char *text)
{
	char *path = path_join(folder, name);

	if (folder_make(folder, 0700, NULL) < 0 ||
	    file_replace(path, text, strlen(text), 0600, NULL) < 0)
		unlink(path);
	free(path);
}

void target_see(const char *folder, const struct target_seen *seen)
{
	const struct target_status *status = &seen->status;
	char *text =
		xasprintf("%s %" PRId64 " %ld %" PRId64 " %s\n%.100s\n",
			  status->alive ? "alive" : "gone", clock_wall_ms(),
			  (long)status->pid, status->restarts,
			  seen->kept ? "kept" : "absent", status->ended);

	keep(folder, "seen", text);
	free(text);
	text = path_join(folder, "unseen");
	unlink(text);
	free(text);
}

void target_unseen(const char *folder)
{
	char *text;

	if (target_unseen_since(folder))
		return;
	text = xasprintf("%" PRId64 "\n", clock_wall_ms());
	keep(folder, "unseen", text);
	free(text);
}

int64_t target_unseen_since(const char *folder)
{
	char *path = path_join(folder, "unseen");
	struct str text = STR_INIT;
	int64_t at_ms = 0;

	if (file_read(path, &text, FILE_LIMIT, NULL) == 0)
		at_ms = strtoll(text.data, NULL, 10);
	str_release(&text);
	free(path);
	return at_ms;
}

void target_last_seen(const char *folder, struct target_seen *seen)
{
	char *path = path_join(folder, "seen");
	struct str text = STR_INIT;
	char alive[8] = "", kept[8] = "";
	long pid = 0;

	memset(seen, 0, sizeof(*seen));
	if (file_read(path, &text, FILE_LIMIT, NULL) == 0 &&
	    sscanf(text.data, "%7s %" SCNd64 " %ld %" SCNd64 " %7s\n%100[^\n]",
		   alive, &seen->at_ms, &pid, &seen->status.restarts, kept,
		   seen->status.ended) >= 5) {
		seen->status.alive = strcmp(alive, "alive") == 0;
		seen->status.pid = (pid_t)pid;
		seen->kept = strcmp(kept, "kept") == 0;
	}
	str_release(&text);
	free(path);
}

void target_see_since(const char *folder, int64_t began_ms,
		      const struct target_seen *seen)
{
	struct target_seen last;

	target_last_seen(folder, &last);
	/* One of a time that is not yet is of a clock that was set back. */
	if (last.at_ms <= began_ms || last.at_ms > clock_wall_ms())
		target_see(folder, seen);
}

char *target_want(const char *folder, struct error *err)
{
	char *path = path_join(folder, "wanted");
	char *token = xasprintf("%ld %" PRId64 "\n", (long)getpid(),
				clock_monotonic_us());

	if (folder_make(folder, 0700, err) < 0 ||
	    file_replace(path, token, strlen(token), 0600, err) < 0) {
		free(token);
		token = NULL;
	}
	free(path);
	return token;
}

bool target_is_wanted(const char *folder, const char *token)
{
	char *path = path_join(folder, "wanted");
	struct str text = STR_INIT;
	bool is = file_read(path, &text, FILE_LIMIT, NULL) == 0 &&
		  strcmp(text.data, token) == 0;

	str_release(&text);
	free(path);
	return is;
}

void target_want_no_more(const char *folder)
{
	char *path = path_join(folder, "wanted");

	unlink(path);
	free(path);
}
