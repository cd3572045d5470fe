/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static int no_file(const char *path, struct error *err)
{
	return error_set(err, ERROR_IO,
			 "cannot open %s: it is not a regular file", path);
}

/* Is what was opened what was asked for? It waits from now on, if it may. */
static int settle(int fd, int flags, const char *path, struct error *err)
{
	struct stat st;

	if (flags & O_DIRECTORY)
		return fd;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    fcntl(fd, F_SETFL, flags) == 0)
		return fd;
	close(fd);
	return no_file(path, err);
}

int file_open(const char *path, int flags, mode_t mode, struct error *err)
{
	int fd;

	do { /* without waiting for the other end of a pipe that stands there */
		fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
			  mode);
	} while (fd < 0 && errno == EINTR);
	if (fd >= 0)
		return settle(fd, flags, path, err);
	if (errno == ENXIO || errno == EISDIR)
		return no_file(path, err);
	return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
			 "cannot open %s: %s", path, strerror(errno));
}

int file_read_all(int fd, struct str *text, size_t limit, const char *what,
		  struct error *err)
{
	size_t start = text->len;
	ssize_t n;

	do {
		str_reserve(text, 65536);
		n = read(fd, text->data + text->len, 65536);
		if (n > 0) {
			text->len += (size_t)n;
			text->data[text->len] = '\0';
		}
	} while ((n > 0 && text->len - start <= limit) ||
		 (n < 0 && errno == EINTR));
	if (n < 0)
		error_set(err, ERROR_IO, "cannot read %s: %s", what,
			  strerror(errno));
	else if (n > 0)
		error_set(err, ERROR_IO, "%s is larger than %zu bytes", what,
			  limit);
	return n ? -1 : 0;
}

int file_read(const char *path, struct str *text, size_t limit,
	      struct error *err)
{
	/* /proc has regular files, as its kmsg, of which reading waits. */
	int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0, err);
	int result;

	if (fd < 0)
		return -1;
	result = file_read_all(fd, text, limit, path, err);
	close(fd);
	return result;
}

int file_write_all(int fd, const void *data, size_t len, const char *what,
		   struct error *err)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, ERROR_IO, "cannot write %s: %s",
					 what, strerror(errno));
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_sync_entry(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1)
			     : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	int why = errno;

	if (fd >= 0)
		close(fd);
	free(folder);
	errno = why;
	return result;
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode,
		 struct error *err)
{
	char *temporary = xasprintf("%s.%ld.tmp", path, (long)getpid());
	int result = -1;
	int fd;

	/* What stands there by that name, a link even, is not written to. */
	unlink(temporary);
	fd = file_open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode, err);
	if (fd < 0)
		goto out;
	if (file_write_all(fd, data, len, temporary, err) < 0)
		goto out;
	if (fsync(fd) < 0 || rename(temporary, path) < 0) {
		error_set(err, ERROR_IO, "cannot write %s: %s", path,
			  strerror(errno));
		goto out;
	}
	(void)file_sync_entry(path);
	result = 0;
out:
	if (fd >= 0)
		close(fd);
	if (result < 0)
		unlink(temporary);
	free(temporary);
	return result;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_is_absent(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

int folder_make(const char *path, mode_t mode, struct error *err)
{
	char *part = xstrdup(path);
	struct stat st;
	int result = 0;

	for (char *at = part + 1; *at && result == 0; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST &&
		    stat(part, &st) < 0)
			result = -1;
		*at = '/';
	}
	if (mkdir(part, mode) < 0 &&
	    (errno != EEXIST || stat(part, &st) < 0 || !S_ISDIR(st.st_mode)))
		result = error_set(err, ERROR_IO, "cannot make folder %s: %s",
				   path, strerror(errno));
	else
		result = 0;
	free(part);
	return result;
}

static int remove_at(int parent, const char *name)
{
	struct dirent *entry;
	DIR *dir;
	int why;
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	why = errno;
	if (why != EISDIR && why != EPERM && why != EACCES)
		return -1;
	fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW);
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOTDIR || errno == ELOOP) /* no folder */
			errno = why;
		return -1;
	}
	why = 0;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -1;
	}
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    remove_at(fd, entry->d_name) < 0 && !why)
			why = errno;
	closedir(dir);
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	if (why) /* else: "Directory not empty" */
		errno = why;
	return -1;
}

int folder_remove(const char *path, struct error *err)
{
	if (remove_at(AT_FDCWD, path) < 0 && errno != ENOENT)
		return error_set(err, ERROR_IO, "cannot remove %s: %s", path,
				 strerror(errno));
	return 0;
}

static int64_t bytes_at(int parent, const char *name)
{
	struct dirent *entry;
	struct stat info;
	int64_t bytes;
	DIR *dir;
	int fd;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	bytes = (int64_t)info.st_blocks * 512;
	if (!S_ISDIR(info.st_mode))
		return bytes;
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return bytes;
	}
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			bytes += bytes_at(fd, entry->d_name);
	closedir(dir);
	return bytes;
}

int64_t folder_bytes(const char *path)
{
	return bytes_at(AT_FDCWD, path);
}

int file_pipe(int ends[2], struct error *err)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "cannot make a pipe: %s",
				 strerror(errno));
	return 0;
}

bool path_leads_out(const char *path)
{
	if (*path == '/')
		return true;
	for (;;) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.')
			return true;
		if (!path[len])
			return false;
		path += len + 1;
	}
}

char *path_join(const char *a, const char *b)
{
	return xasprintf("%s/%s", a, b);
}

char *path_home(const char *variable, const char *usual)
{
	const char *value = getenv(variable);
	const char *home = getenv("HOME");

	/* The specification has relative ones ignored. */
	if (value && *value == '/')
		return xstrdup(value);
	return path_join(home && *home ? home : "/tmp", usual);
}
