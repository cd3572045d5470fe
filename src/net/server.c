/* SPDX-License-Identifier: MIT */
#include "net/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "net/address.h"

#define BACKLOG 64
#define PAUSE_MS 100

struct server {
	struct watch *watch;
	struct timer *pause; /* runs while no descriptor is left to accept */
	int fd;
	char *path;
	dev_t device; /* of the file we made: another's is not removed */
	ino_t inode;
	server_accepted *accepted;
	void *data;
};

static void accept_one(struct server *server, int fd)
{
	struct peer peer;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (peer_of(fd, &peer, NULL) < 0)
		close(fd);
	else
		server->accepted(fd, &peer, server->data);
}

static void pause_is_over(void *data)
{
	struct server *server = data;

	watch_events(server->watch, POLLIN);
}

/* One a turn: `accepted` may free the server, and poll() tells of the rest;
 * also of who cannot be accepted, again and again. */
static void server_ready(int fd, short revents, void *data)
{
	struct server *server = data;
	int connection;

	(void)revents;
	do
		connection = accept(fd, NULL, NULL);
	while (connection < 0 && errno == EINTR);
	if (connection >= 0) {
		accept_one(server, connection);
	} else if (errno == EMFILE || errno == ENFILE) {
		watch_events(server->watch, 0);
		timer_set_in(server->pause, PAUSE_MS);
	}
}

/* Refuses a path where somebody answers, or where something else stands. */
static int make_way(const char *path, struct error *err)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : error_set(err, ERROR_IO,
						   "cannot look at %s: %s",
						   path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, ERROR_REFUSED,
				 "cannot listen at %s: a file that is no "
				 "socket is there; move it away",
				 path);
	fd = unix_connect(path, NULL);
	if (fd < 0)
		return 0;
	close(fd);
	return error_set(err, ERROR_REFUSED,
			 "cannot listen at %s: another process does", path);
}

/* Binds under a name of our own and renames it, so that the path never is
 * missing, nor open to others for a moment. */
static int bind_at(int fd, const char *path, struct error *err)
{
	char *name = xasprintf("%s.%ld", path, (long)getpid());
	struct sockaddr_un address;
	int result = -1;

	if (address_of_path(name, &address, err) < 0)
		goto out;
	unlink(name);
	result = 0;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(name, 0600) < 0 || listen(fd, BACKLOG) < 0 ||
	    rename(name, path) < 0) {
		result = error_set(err, ERROR_IO, "cannot listen at %s: %s",
				   path, strerror(errno));
		unlink(name);
	}
out:
	free(name);
	return result;
}

struct server *server_listen(struct loop *loop, const char *path,
			     server_accepted *accepted, void *data,
			     struct error *err)
{
	struct server *server;
	struct stat st;
	int fd;

	if (make_way(path, err) < 0)
		return NULL;
	fd = address_socket(AF_UNIX, err);
	if (fd < 0)
		return NULL;
	if (bind_at(fd, path, err) < 0) {
		close(fd);
		return NULL;
	}
	server = xcalloc(1, sizeof(*server));
	if (lstat(path, &st) == 0) {
		server->device = st.st_dev;
		server->inode = st.st_ino;
	}
	server->fd = fd;
	server->path = xstrdup(path);
	server->accepted = accepted;
	server->data = data;
	server->watch = loop_watch(loop, fd, POLLIN, server_ready, server);
	server->pause = loop_timer(loop, INT64_MAX, pause_is_over, server);
	return server;
}

int server_share(struct server *server, gid_t group, struct error *err)
{
	if (chown(server->path, (uid_t)-1, group) < 0 ||
	    chmod(server->path, 0660) < 0)
		return error_set(err, ERROR_IO,
				 "cannot share %s with group %ld: %s",
				 server->path, (long)group, strerror(errno));
	return 0;
}

void server_free(struct server *server)
{
	struct stat st;

	if (!server)
		return;
	watch_remove(server->watch);
	timer_free(server->pause);
	close(server->fd);
	if (lstat(server->path, &st) == 0 && st.st_dev == server->device &&
	    st.st_ino == server->inode)
		unlink(server->path);
	free(server->path);
	free(server);
}

static int check_folder(const char *path, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_set(err, ERROR_IO, "cannot make %s: %s", path,
				 strerror(errno));
	if (lstat(path, &st) < 0)
		return error_set(err, ERROR_IO, "cannot look at %s: %s", path,
				 strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_REFUSED,
				 "%s is no folder; remove it", path);
	if (st.st_uid != geteuid())
		return error_set(err, ERROR_REFUSED,
				 "%s belongs to user %ld; set XDG_RUNTIME_DIR "
				 "to a folder of your own",
				 path, (long)st.st_uid);
	if ((st.st_mode & 077) != 0)
		return error_set(err, ERROR_REFUSED,
				 "%s is open to other users; run chmod 700 %s",
				 path, path);
	return 0;
}

char *runtime_folder(struct error *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char *path;

	/* cron and su leave one set that is not there. */
	if (base && base[0] == '/' && file_exists(base))
		path = path_join(base, PACKAGE_NAME);
	else
		path = xasprintf("/tmp/%s-%ld", PACKAGE_NAME, (long)geteuid());
	if (check_folder(path, err) == 0)
		return path;
	free(path);
	return NULL;
}

char *shared_folder(uid_t owner, struct error *err)
{
	char *path = xasprintf("/tmp/%s-%ld-shared", PACKAGE_NAME, (long)owner);
	struct stat st;

	if (owner == geteuid() && mkdir(path, 0711) == 0)
		(void)!chmod(path, 0711); /* whatever the umask is */
	if (lstat(path, &st) < 0)
		error_set(err, ERROR_NOT_FOUND, "cannot look at %s: %s", path,
			  strerror(errno));
	else if (!S_ISDIR(st.st_mode) || st.st_uid != owner ||
		 (st.st_mode & 022) != 0)
		error_set(err, ERROR_REFUSED,
			  "%s is not the folder of user %ld alone; remove it",
			  path, (long)owner);
	else
		return path;
	free(path);
	return NULL;
}
