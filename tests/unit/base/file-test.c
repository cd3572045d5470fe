/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
		cmocka_unit_test(paths_that_lead_out_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
