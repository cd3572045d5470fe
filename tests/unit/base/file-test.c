/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NOBODY 65534

static void assert_holds(const char *path, const char *expected)
{
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 100, NULL), 0);
	assert_string_equal(text.data, expected);
	str_release(&text);
}

static void replacing_writes_through_no_link_that_waits_for_it(void **state)
{
	char *path = path_join(*state, "file");
	char *other = path_join(*state, "other");
	char *trap = xasprintf("%s.%ld.tmp", path, (long)getpid());

	assert_int_equal(file_replace(other, "kept", 4, 0600, NULL), 0);
	assert_int_equal(symlink(other, trap), 0);
	assert_int_equal(file_replace(path, "new", 3, 0600, NULL), 0);
	assert_holds(path, "new");
	assert_holds(other, "kept");
	assert_int_equal(access(trap, F_OK), -1);
	free(trap);
	free(other);
	free(path);
}

static void removing_leaves_what_a_link_names_as_it_was(void **state)
{
	char *closed = path_join(*state, "closed");
	char *link = path_join(closed, "link");
	char *other = path_join(*state, "other");
	uid_t own = geteuid();
	struct stat st;

	if (own == 0) { /* to whom no folder is closed */
		assert_int_equal(chown(*state, NOBODY, (gid_t)-1), 0);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	assert_int_equal(file_replace(other, "kept", 4, 0640, NULL), 0);
	assert_int_equal(mkdir(closed, 0700), 0);
	assert_int_equal(symlink(other, link), 0);
	assert_int_equal(chmod(closed, 0500), 0);
	assert_int_equal(folder_remove(link, NULL), -1);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(folder_remove(closed, NULL), 0);
	assert_holds(other, "kept");
	assert_int_equal(seteuid(own), 0);
	free(other);
	free(link);
	free(closed);
}

static void what_cannot_be_removed_is_said_with_its_reason(void **state)
{
	char *path = xasprintf("%s/1/2/3/4/5/6/7/8/9", (char *)*state);
	struct error err = ERROR_INIT;
	struct rlimit limit, few;
	int fd = dup(0);

	close(fd);
	assert_int_equal(folder_make(path, 0700, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)fd + 5;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(folder_remove(*state, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_non_null(strstr(error_text(&err), strerror(EMFILE)));
	error_clear(&err);
	free(path);
}

/* What each opener of a file says of the path. */
static void assert_no_file(const char *path)
{
	static const int flags[] = {O_RDONLY, O_WRONLY | O_APPEND, O_RDWR,
				    O_RDWR | O_CREAT,
				    O_WRONLY | O_CREAT | O_TRUNC};
	struct str text = STR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(file_open(path, flags[i], 0600, &err), -1);
		assert_int_equal(err.code, ERROR_IO);
		assert_non_null(strstr(error_text(&err), path));
		assert_non_null(
			strstr(error_text(&err), "it is not a regular file"));
		error_clear(&err);
	}
	assert_int_equal(file_read(path, &text, 100, NULL), -1);
	str_release(&text);
}

static void what_is_no_file_is_neither_waited_for_nor_opened(void **state)
{
	char *path = path_join(*state, "file");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_no_file(path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_no_file(path);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_no_file(path);
	assert_int_equal(unlink(path), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_no_file(path);
	close(fd);
	free(path);
}

/* A child may get it. Else, what waits in /proc is not waited for. */
static void file_is_opened_so_that_it_blocks(void **state)
{
	char *path = path_join(*state, "file");
	int fd = file_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600, NULL);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) &
				 (O_NONBLOCK | O_APPEND | O_ACCMODE),
			 O_WRONLY | O_APPEND);
	close(fd);
	fd = file_open(path, O_RDONLY | O_NONBLOCK, 0, NULL);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	close(fd);
	fd = file_open(*state, O_RDONLY | O_DIRECTORY, 0, NULL);
	assert_true(fd >= 0);
	close(fd);
	free(path);
}

static void paths_that_lead_out_are_known(void **state)
{
	static const char *const out[] = {"/",	    "/a",     "..",   "../a",
					  "a/../b", "a/b/..", "a//.."};
	static const char *const in[] = {"",	   ".",	      "a/b/",
					 "a..b/c", "..a/...", "a//b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(out); i++)
		assert_true(path_leads_out(out[i]));
	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		assert_false(path_leads_out(in[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(replacing_writes_through_no_link_that_waits_for_it),
		WITH_FOLDER(removing_leaves_what_a_link_names_as_it_was),
		WITH_FOLDER(what_cannot_be_removed_is_said_with_its_reason),
		WITH_FOLDER(what_is_no_file_is_neither_waited_for_nor_opened),
		WITH_FOLDER(file_is_opened_so_that_it_blocks),
		cmocka_unit_test(paths_that_lead_out_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
