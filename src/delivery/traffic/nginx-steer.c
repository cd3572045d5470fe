/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx-steer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "model/model.h"

#define LINK "green"

static int make_file(int folder, const char *name, struct error *err)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_set(err, ERROR_IO, "cannot make %s: %s", name,
				 strerror(errno));
	/* nginx looks as another user, whatever our umask is. */
	(void)!fchmod(fd, 0644);
	close(fd);
	return 0;
}

static int fill(int folder, int green, struct error *err)
{
	char name[3];

	for (int i = 0; i < green; i++) {
		snprintf(name, sizeof(name), "%02x", (unsigned)i & 0xff);
		if (make_file(folder, name, err) < 0)
			return -1;
	}
	if (green > 0 && green < NGINX_UNITS &&
	    make_file(folder, "both", err) < 0)
		return -1;
	return make_file(folder, "here", err);
}

static int fill_at(const char *path, int green, struct error *err)
{
	int fd = file_open(path, O_RDONLY | O_DIRECTORY, 0, err);
	int result;

	if (fd < 0)
		return -1;
	(void)!fchmod(fd, 0755);
	result = fill(fd, green, err);
	close(fd);
	return result < 0 ? error_prefix(err, "%s", path) : 0;
}

/* Under a name of its own first: what has its number is whole. */
static int make_units(const char *folder, int green, struct error *err)
{
	char *path = xasprintf("%s/%d", folder, green);
	char *temporary = xasprintf("%s.%ld", path, (long)getpid());
	int result = 0;

	if (file_exists(path))
		goto out;
	result = folder_make(temporary, 0755, err);
	if (result == 0)
		result = fill_at(temporary, green, err);
	if (result == 0 && rename(temporary, path) < 0 && errno != ENOTEMPTY &&
	    errno != EEXIST)
		result = error_set(err, ERROR_IO, "cannot rename %s: %s",
				   temporary, strerror(errno));
	if (file_exists(temporary) && folder_remove(temporary, NULL) < 0)
		errno = 0; /* the next one of our number takes it over */
out:
	free(path);
	free(temporary);
	return result;
}

static char *spare_path(const char *folder, int green)
{
	return xasprintf("%s/" LINK ".spare-%d", folder, green);
}

/* A link to all or nothing for when no other can be made: the way back waits
 * for no disk. */
static void make_spare(const char *folder, int green)
{
	char *path = spare_path(folder, green);
	char target[16];

	snprintf(target, sizeof(target), "%d", green);
	if (symlink(target, path) < 0)
		errno = 0; /* it is there, or will be missed then */
	free(path);
}

int nginx_steer_prepare(const char *folder, struct error *err)
{
	if (folder_make(folder, 0755, err) < 0)
		return -1;
	if (chmod(folder, 0755) < 0)
		return error_set(err, ERROR_IO, "cannot open %s to nginx: %s",
				 folder, strerror(errno));
	if (make_units(folder, 0, err) < 0 ||
	    make_units(folder, NGINX_UNITS, err) < 0)
		return -1;
	make_spare(folder, 0);
	make_spare(folder, NGINX_UNITS);
	return 0;
}

/* A folder in the place of the link is put aside: it is not ours to remove,
 * and holds up no way back. */
static int place(const char *temporary, const char *path)
{
	char *aside;
	int result;

	if (rename(temporary, path) == 0)
		return 0;
	if (errno != EISDIR)
		return -1;
	aside = xasprintf("%s.aside-%ld", path, (long)getpid());
	result = rename(path, aside) < 0 ? -1 : rename(temporary, path);
	free(aside);
	return result;
}

/* A new link, or the spare one. */
static int put(const char *folder, int green, const char *path)
{
	char *temporary = xasprintf("%s.%ld", path, (long)getpid());
	char *spare = spare_path(folder, green);
	char target[16];
	int result = -1, why;

	snprintf(target, sizeof(target), "%d", green);
	unlink(temporary);
	if (symlink(target, temporary) == 0)
		result = place(temporary, path);
	why = errno;
	if (result < 0)
		result = place(spare, path);
	errno = why;
	free(temporary);
	free(spare);
	return result;
}

int nginx_steer_set(const char *folder, int green, struct error *err)
{
	char *path = path_join(folder, LINK);
	int result = make_units(folder, green, err);

	if (result == 0 && put(folder, green, path) < 0)
		result = error_set(err, ERROR_IO, "cannot link %s: %s", path,
				   strerror(errno));
	free(path);
	return result;
}

int nginx_steer_read(const char *folder, int *green, struct error *err)
{
	char *path = path_join(folder, LINK);
	char target[16];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	int result = 0;
	char *end;
	long number;

	target[len > 0 ? len : 0] = '\0';
	number = strtol(target, &end, 10);
	if (len < 0)
		result = error_set(err,
				   errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
				   "cannot read %s: %s", path, strerror(errno));
	else if (end == target || *end || number < 0 || number > NGINX_UNITS)
		result = error_set(err, ERROR_PROVIDER,
				   "%s leads to %s, which is no weight", path,
				   target);
	else
		*green = (int)number;
	free(path);
	return result;
}

int nginx_steer_preview(const char *folder, int colour, struct error *err)
{
	int fd = file_open(folder, O_RDONLY | O_DIRECTORY, 0, err);
	int result = fd < 0 ? -1 : 0;

	for (int i = 0; i < COLOUR_COUNT && result == 0; i++) {
		char *name =
			xasprintf("preview-%s", colour_name((enum colour)i));

		if (i == colour)
			result = make_file(fd, name, err);
		else if (unlinkat(fd, name, 0) < 0 && errno != ENOENT)
			result =
				error_set(err, ERROR_IO, "cannot remove %s: %s",
					  name, strerror(errno));
		free(name);
	}
	if (fd >= 0)
		close(fd);
	return result;
}

int nginx_steer_sync(const char *folder, struct error *err)
{
	char *path = path_join(folder, LINK);
	int result = 0;

	if (file_sync_entry(path) < 0)
		result = error_set(err, ERROR_IO, "cannot sync %s: %s", folder,
				   strerror(errno));
	free(path);
	return result;
}
