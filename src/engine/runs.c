/* SPDX-License-Identifier: MIT */
#include "engine/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "net/server.h"

char *run_folder(const char *state, int64_t run)
{
	return xasprintf("%s/runs/%lld", state, (long long)run);
}

/* What no run could have come to is somebody else's folder. */
#define DIGITS_MOST 9

/* As they are written, else 0. */
static int64_t number_of(const char *name)
{
	size_t len = strspn(name, "0123456789");

	if (name[len] || len > DIGITS_MOST || *name == '0')
		return 0;
	return strtoll(name, NULL, 10);
}

int64_t run_newest(const char *state)
{
	char *folder = path_join(state, "runs");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int64_t newest = 0;

	free(folder);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		int64_t number = number_of(entry->d_name);

		if (number > newest)
			newest = number;
	}
	closedir(dir);
	return newest;
}

static char *lock_path(const char *state, int64_t run)
{
	return xasprintf("%s/runs/%lld/lock", state, (long long)run);
}

static int take_lock(const char *state, int64_t run, struct error *err)
{
	char *path = lock_path(state, run);
	int fd = file_open(path, O_RDWR | O_CREAT, 0600, err);

	free(path);
	/* The number is ours; whoever asks run_is_live() holds it no longer
	 * than that takes. */
	while (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		if (errno == EINTR)
			continue;
		close(fd);
		return error_set(err, ERROR_IO, "cannot lock run %lld: %s",
				 (long long)run, strerror(errno));
	}
	return fd;
}

int64_t run_create(const char *state, int *lock, struct error *err)
{
	char *runs = path_join(state, "runs");
	int64_t number;
	int result;

	if (folder_make(runs, 0700, err) < 0) {
		free(runs);
		return -1;
	}
	number = run_newest(state);
	do { /* another process may take the number first */
		char *folder = run_folder(state, ++number);

		result = mkdir(folder, 0700);
		if (result < 0 && errno != EEXIST)
			number = error_set(err, ERROR_IO, "cannot make %s: %s",
					   folder, strerror(errno));
		free(folder);
	} while (result < 0 && number > 0);
	free(runs);
	if (number < 0)
		return -1;
	*lock = take_lock(state, number, err);
	return *lock < 0 ? -1 : number;
}

/* Who merely asks run_is_live() holds it for a moment. */
static int lock_now(int fd)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EINTR && (errno != EWOULDBLOCK || tries > 20))
			return -1;
		nanosleep(&moment, NULL);
	}
	return 0;
}

int run_take(const char *state, int64_t run, struct error *err)
{
	char *folder = run_folder(state, run);
	char *path = lock_path(state, run);
	int fd = -1;

	if (!file_exists(folder))
		error_set(err, ERROR_NOT_FOUND,
			  "there is no run %lld; signalbox history lists them",
			  (long long)run);
	else
		fd = file_open(path, O_RDWR | O_CREAT, 0600, err);
	free(path);
	free(folder);
	if (fd < 0 || lock_now(fd) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		error_set(err, ERROR_REFUSED,
			  "run %lld is alive; signalbox attach %lld shows it",
			  (long long)run, (long long)run);
	else
		error_set(err, ERROR_IO, "cannot lock run %lld: %s",
			  (long long)run, strerror(errno));
	close(fd);
	return -1;
}

bool run_is_live(const char *state, int64_t run)
{
	char *path = lock_path(state, run);
	int fd = file_open(path, O_RDONLY, 0, NULL); /* maybe another's */
	bool live;

	free(path);
	if (fd < 0)
		return false;
	live = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return live;
}

static char *socket_in_owned(char *folder, const char *common_folder,
			     int64_t run)
{
	char digest[DIGEST_TEXT_SIZE];
	char *path;

	if (!folder)
		return NULL;
	digest_bytes(common_folder, strlen(common_folder), digest);
	path = xasprintf("%s/%.12s-run-%lld.sock", folder, digest,
			 (long long)run);
	free(folder);
	return path;
}

char *run_socket(const char *common_folder, int64_t run, struct error *err)
{
	return socket_in_owned(runtime_folder(err), common_folder, run);
}

char *run_shared_socket(const char *common_folder, int64_t run, uid_t owner,
			struct error *err)
{
	return socket_in_owned(shared_folder(owner, err), common_folder, run);
}

static int connect_at_owned(char *path, struct error *err)
{
	int fd = path ? unix_connect(path, err) : -1;

	free(path);
	return fd;
}

int run_connect(const char *common_folder, const char *state, int64_t run,
		struct error *err)
{
	struct error why = ERROR_INIT;
	struct stat st;
	int fd = connect_at_owned(run_socket(common_folder, run, &why), &why);

	if (fd < 0 && stat(state, &st) == 0)
		fd = connect_at_owned(
			run_shared_socket(common_folder, run, st.st_uid, NULL),
			NULL);
	if (fd < 0)
		return error_move(err, &why);
	error_clear(&why);
	return fd;
}
