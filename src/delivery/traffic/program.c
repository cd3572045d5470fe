/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"

#define LOG_BYTES (64u * 1024)

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

char *program_last_line(const char *path, const char *mark, const char *but)
{
	struct str text = STR_INIT, line = STR_INIT;
	char *found = NULL;

	read_end(path, &text);
	for (const char *at = text.data; (at = strstr(at, mark));) {
		at += strlen(mark);
		str_clear(&line);
		str_add_printable(&line, at, strcspn(at, "\n"), false);
		if (but && strstr(line.data, but))
			continue;
		free(found);
		found = xstrdup(line.data);
	}
	str_release(&text);
	str_release(&line);
	return found;
}
