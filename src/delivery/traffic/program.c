/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper.h"
#include "net/server.h"

#define LOG_BYTES (64u * 1024)
/* Of the 107 bytes of an address haproxy, which binds to a longer name first,
 * takes some for a suffix. */
#define SOCKET_PATH_MOST 90

static const char *const folders[] = {"/usr/local/sbin", "/usr/sbin", "/sbin",
				      "/usr/local/bin", "/opt/homebrew/bin"};

static char *program_in(const char *folder, size_t len, const char *name)
{
	char *path = xasprintf("%.*s/%s", (int)len, folder, name);

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *program_path(const char *name, const char *mend, struct error *err)
{
	const char *at = getenv("PATH");
	char *path = NULL;

	while (at && *at && !path) {
		size_t len = strcspn(at, ":");

		if (*at == '/')
			path = program_in(at, len, name);
		at += len + (at[len] == ':');
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders) && !path; i++)
		path = program_in(folders[i], strlen(folders[i]), name);
	if (!path)
		error_set(err, ERROR_PROVIDER, "%s is not installed; %s", name,
			  mend);
	return path;
}

static void read_end(const char *path, struct str *text)
{
	int fd = file_open(path, O_RDONLY, 0, NULL);
	ssize_t n;
	off_t end;

	if (fd < 0)
		return;
	end = lseek(fd, 0, SEEK_END);
	str_reserve(text, LOG_BYTES);
	n = pread(fd, text->data, LOG_BYTES,
		  end > (off_t)LOG_BYTES ? end - (off_t)LOG_BYTES : 0);
	if (n > 0) {
		text->len = (size_t)n;
		text->data[n] = '\0';
	}
	close(fd);
}

static bool has_any(const char *line, const char *const *words)
{
	while (*words && !strstr(line, *words))
		words++;
	return *words != NULL;
}

char *program_last_line(const char *path, const char *mark,
			const char *const *but)
{
	struct str text = STR_INIT, line = STR_INIT;
	char *found = NULL;

	read_end(path, &text);
	for (const char *at = text.data; (at = strstr(at, mark));) {
		at += strlen(mark);
		at += strspn(at, " ");
		str_clear(&line);
		str_add_printable(&line, at, strcspn(at, "\n"), false);
		if (has_any(line.data, but))
			continue;
		free(found);
		found = xstrdup(line.data);
	}
	str_release(&text);
	str_release(&line);
	return found;
}

/* NAME-DIGEST in the runtime folder. */
static char *runtime_path(const char *name, const char *of, const char *suffix,
			  struct error *err)
{
	char *runtime = runtime_folder(err), *path = NULL;
	char digest[DIGEST_TEXT_SIZE];

	if (runtime) {
		digest_bytes(of, strlen(of), digest);
		path = xasprintf("%s/%s-%.16s%s", runtime, name, digest,
				 suffix);
	}
	free(runtime);
	return path;
}

char *program_socket(const char *name, const char *folder, const char *taken,
		     struct error *err)
{
	char *path = runtime_path(name, folder, "", err);

	if (path && str_equal(path, taken)) {
		free(path);
		path = runtime_path(name, folder, "-2", err);
	}
	if (!path || strlen(path) <= SOCKET_PATH_MOST)
		return path;
	error_set(err, ERROR_IO,
		  "%s is too long for %s's socket; set XDG_RUNTIME_DIR to a "
		  "shorter folder",
		  path, name);
	free(path);
	return NULL;
}

char *program_lock(const char *name, const char *of, struct error *err)
{
	return runtime_path(name, of, ".lock", err);
}

char *program_socket_in_use(const char *keeper, const char *config_path,
			    char *(*read)(const char *config))
{
	struct str text = STR_INIT;
	char *path = NULL;

	if ((keeper_is_alive(keeper) || keeper_child_running(keeper)) &&
	    file_read(config_path, &text, PROGRAM_CONFIG_LIMIT, NULL) == 0)
		path = read(text.data);
	str_release(&text);
	return path;
}
