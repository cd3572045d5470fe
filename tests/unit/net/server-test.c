/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "net/server.h"

struct fixture {
	struct loop *loop;
	char *folder;
	char *path;
	int connections;
};

static void accepted(int fd, const struct peer *peer, void *data)
{
	struct fixture *f = data;

	(void)peer;
	close(fd);
	f->connections++;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->loop = loop_new();
	f->folder = xstrdup("/tmp/signalbox-server-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = path_join(f->folder, "s");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	free(f->folder);
	free(f->path);
	free(f);
	return 0;
}

static struct server *listen_here(struct fixture *f, struct error *err)
{
	return server_listen(f->loop, f->path, accepted, f, err);
}

static void the_socket_is_its_owners_alone(void **state)
{
	struct fixture *f = *state;
	struct server *server = listen_here(f, NULL);
	struct stat st;

	assert_non_null(server);
	assert_int_equal(lstat(f->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(server_share(server, getegid(), NULL), 0);
	assert_int_equal(lstat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	server_free(server);
	assert_false(file_exists(f->path));
}

static void every_connection_is_told(void **state)
{
	struct fixture *f = *state;
	struct server *server = listen_here(f, NULL);
	int first = unix_connect(f->path, NULL);
	int second = unix_connect(f->path, NULL);

	assert_true(first >= 0 && second >= 0);
	while (f->connections < 2)
		loop_turn(f->loop, -1);
	close(first);
	close(second);
	server_free(server);
}

static void without_a_descriptor_left_it_waits_and_does_not_spin(void **state)
{
	struct fixture *f = *state;
	struct server *server = listen_here(f, NULL);
	int client = unix_connect(f->path, NULL);
	int64_t until = clock_monotonic_us() + 50000;
	struct rlimit limit, none;
	int turns = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)client + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (; clock_monotonic_us() < until; turns++)
		loop_turn(f->loop, 50);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(turns < 10);
	assert_int_equal(f->connections, 0);
	while (!f->connections)
		loop_turn(f->loop, -1);
	close(client);
	server_free(server);
}

static void a_stale_socket_is_replaced(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct fixture *f = *state;
	struct server *server;

	strcpy(address.sun_path, f->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	close(fd);
	assert_true(file_exists(f->path));
	server = listen_here(f, NULL);
	assert_non_null(server);
	fd = unix_connect(f->path, NULL);
	assert_true(fd >= 0);
	close(fd);
	server_free(server);
}

static void a_socket_in_use_is_refused(void **state)
{
	struct fixture *f = *state;
	struct server *server = listen_here(f, NULL);
	struct error err = ERROR_INIT;

	assert_null(listen_here(f, &err));
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "another process does"));
	error_clear(&err);
	server_free(server);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(file_replace(f->path, "x", 1, 0600, NULL), 0);
	assert_null(listen_here(f, &err));
	assert_int_equal(err.code, ERROR_REFUSED);
	error_clear(&err);
	assert_true(file_exists(f->path));
}

static void freeing_leaves_a_successors_socket(void **state)
{
	struct fixture *f = *state;
	struct server *first = listen_here(f, NULL);
	struct server *second;

	assert_int_equal(unlink(f->path), 0);
	second = listen_here(f, NULL);
	assert_non_null(second);
	server_free(first);
	assert_true(file_exists(f->path));
	server_free(second);
}

static void a_path_too_long_is_refused_in_words(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	char *path = xasprintf("%s/%0150d", f->folder, 7);

	assert_null(server_listen(f->loop, path, accepted, f, &err));
	assert_non_null(strstr(error_text(&err), "bytes long"));
	error_clear(&err);
	assert_int_equal(unix_connect(path, NULL), -1);
	free(path);
}

static void the_runtime_folder_is_made_for_its_owner(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char *path;

	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	path = runtime_folder(NULL);
	assert_non_null(path);
	assert_true(starts_with(path, f->folder));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0700);
	free(path);
}

static void a_runtime_folder_open_to_others_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	char *path = path_join(f->folder, "signalbox");

	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_null(runtime_folder(&err));
	assert_non_null(strstr(error_text(&err), "open to other users"));
	error_clear(&err);
	free(path);
}

static void a_runtime_folder_that_is_a_link_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	char *path = path_join(f->folder, "signalbox");
	char *other = path_join(f->folder, "other");

	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_null(runtime_folder(&err));
	assert_int_equal(err.code, ERROR_REFUSED);
	error_clear(&err);
	free(other);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_socket_is_its_owners_alone),
		TEST(every_connection_is_told),
		TEST(without_a_descriptor_left_it_waits_and_does_not_spin),
		TEST(a_stale_socket_is_replaced),
		TEST(a_socket_in_use_is_refused),
		TEST(a_file_that_is_no_socket_is_left_alone),
		TEST(freeing_leaves_a_successors_socket),
		TEST(a_path_too_long_is_refused_in_words),
		TEST(the_runtime_folder_is_made_for_its_owner),
		TEST(a_runtime_folder_open_to_others_is_refused),
		TEST(a_runtime_folder_that_is_a_link_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
