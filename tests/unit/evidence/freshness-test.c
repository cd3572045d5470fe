/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "evidence/freshness.h"

struct place {
	char folder[64];
	char *path;
};

static int make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));

	snprintf(place->folder, sizeof(place->folder), "/tmp/freshness-XXXXXX");
	if (!mkdtemp(place->folder))
		return -1;
	place->path = path_join(place->folder, "report.xml");
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	int result = folder_remove(place->folder, NULL);

	free(place->path);
	free(place);
	return result;
}

static void write_file(const char *path, const char *text)
{
	int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, NULL);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text), path, NULL), 0);
	close(fd);
}

static char *put(struct place *place, const char *name)
{
	char *path = path_join(place->folder, name);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	assert_int_equal(folder_make(path, 0700, NULL), 0);
	*slash = '/';
	write_file(path, "");
	return path;
}

static void set_age(const char *path, time_t seconds)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static struct report_identity identity_of(const char *path)
{
	struct report_identity identity;
	char *folder = xstrdup(path);
	char *slash;

	assert_int_equal(report_identity(path, &identity, NULL), 0);
	slash = strrchr(folder, '/');
	*slash = '\0';
	identity.taken_ns = report_clock(folder);
	free(folder);
	return identity;
}

static void refused(const struct report_identity *before, const char *path,
		    const char *part)
{
	struct error err = ERROR_INIT;

	assert_false(report_is_fresh(before, path, &err));
	assert_non_null(strstr(error_text(&err), part));
	error_clear(&err);
}

static void a_report_that_appears_is_fresh(void **state)
{
	struct place *place = *state;
	struct report_identity before = identity_of(place->path);

	assert_false(before.exists);
	refused(&before, place->path, "there is no report");
	write_file(place->path, "<testsuite/>");
	assert_true(report_is_fresh(&before, place->path, NULL));
}

static void a_report_left_by_an_older_run_is_stale(void **state)
{
	struct place *place = *state;
	struct report_identity before;

	write_file(place->path, "<testsuite/>");
	set_age(place->path, 60);
	before = identity_of(place->path);
	refused(&before, place->path, "of an older run, or of the commit");
	assert_int_equal(chmod(place->path, 0644), 0);
	refused(&before, place->path, "of an older run, or of the commit");
}

static void writing_it_anew_makes_it_fresh(void **state)
{
	struct place *place = *state;
	struct report_identity before;

	write_file(place->path, "<testsuite/>");
	set_age(place->path, 60);
	before = identity_of(place->path);
	write_file(place->path, "<testsuite/>");
	assert_true(report_is_fresh(&before, place->path, NULL));
}

static void a_copy_of_an_old_report_is_stale(void **state)
{
	struct place *place = *state;
	struct report_identity before = identity_of(place->path);
	char *other = path_join(place->folder, "old.xml");

	write_file(other, "<testsuite/>");
	set_age(other, 3600);
	assert_int_equal(rename(other, place->path), 0);
	refused(&before, place->path, "older than the stage");
	free(other);
}

/* A commit's files are as old as its checkout, a moment ago. */
static void one_of_a_moment_ago_is_stale(void **state)
{
	static const char *const ways[] = {"mv", "ln", "ln -s", "cp -p"};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct report_identity before = identity_of(place->path), other;
		char *command = xasprintf("cd %s && %s old.xml report.xml",
					  place->folder, ways[i]);
		char *old = put(place, "old.xml");

		assert_int_equal(report_identity(old, &other, NULL), 0);
		/* Until the file system's clock has ticked. */
		while (before.taken_ns <= other.modified_ns)
			before = identity_of(place->path);
		assert_int_equal(system(command), 0);
		refused(&before, place->path, "older than the stage");
		assert_int_equal(unlink(place->path), 0);
		free(command);
		free(old);
	}
}

/* Whole seconds are what docker cp leaves of a time. */
static void a_time_that_was_cut_is_fresh(void **state)
{
	struct place *place = *state;
	struct report_identity before = identity_of(place->path);
	struct timespec times[2] = {0};

	write_file(place->path, "<testsuite/>");
	times[0].tv_sec = (time_t)(before.taken_ns / 1000000000);
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, place->path, times, 0), 0);
	assert_true(report_is_fresh(&before, place->path, NULL));
	times[1].tv_sec -= 3;
	assert_int_equal(utimensat(AT_FDCWD, place->path, times, 0), 0);
	refused(&before, place->path, "older than the stage");
}

static void patterns_find_files_below_the_folder(void **state)
{
	struct place *place = *state;
	struct strings paths = STRINGS_INIT;
	char *other = path_join(place->folder, "a.xml");

	write_file(place->path, "");
	write_file(other, "");
	assert_int_equal(report_find(place->folder, "*.xml", &paths, NULL), 0);
	assert_int_equal(paths.count, 2);
	assert_string_equal(paths.items[0], other);
	assert_string_equal(paths.items[1], place->path);
	assert_int_equal(report_find(place->folder, "*.tap", &paths, NULL), 0);
	assert_int_equal(paths.count, 2);
	strings_release(&paths);
	free(other);
}

static void finds(struct place *place, const char *pattern, size_t count)
{
	struct strings paths = STRINGS_INIT;
	struct error err = ERROR_INIT;

	if (report_find(place->folder, pattern, &paths, &err) < 0)
		fail_msg("%s: %s", pattern, error_text(&err));
	if (paths.count != count)
		fail_msg("%s finds %zu", pattern, paths.count);
	strings_release(&paths);
}

static void refuses(struct place *place, const char *pattern, const char *word)
{
	struct strings paths = STRINGS_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(report_find(place->folder, pattern, &paths, &err), -1);
	if (!strstr(error_text(&err), word))
		fail_msg("%s: %s", pattern, error_text(&err));
	error_clear(&err);
	strings_release(&paths);
}

/* As artifacts are found. */
static void two_stars_are_any_depth(void **state)
{
	struct place *place = *state;

	free(put(place, "T.xml"));
	free(put(place, "m/target/T.xml"));
	free(put(place, "m/a/b/c/target/T.xml"));
	free(put(place, "m/.hidden/T.xml"));
	finds(place, "**/T.xml", 3);
	finds(place, "m/**/T.xml", 2);
	finds(place, "**/target/*.xml", 2);
	finds(place, "m/a/b/**/T.xml", 1);
	finds(place, "m/**", 3);
	finds(place, "m", 3);
	finds(place, "*/*/T.xml", 1);
	finds(place, "none/T.xml", 0);
	finds(place, "T.xml/T.xml", 0);
}

/* Each is told, journaled and kept. */
static void there_is_a_bound(void **state)
{
	struct place *place = *state;

	for (int i = 0; i <= 10000; i++) {
		char *name = xasprintf("many/%d", i);

		free(put(place, name));
		free(name);
	}
	refuses(place, "many/*", "10001 files match many/*");
	finds(place, "many/1*", 1112);
}

/* What a container of root's leaves behind. */
static void a_folder_that_cannot_be_read_is_an_error(void **state)
{
	struct place *place = *state;
	char *open = path_join(place->folder, "d1");
	char *closed = path_join(place->folder, "d2");
	uid_t me = geteuid();

	free(put(place, "d1/T.xml"));
	free(put(place, "d2/T.xml"));
	assert_int_equal(chmod(place->folder, 0755), 0);
	assert_int_equal(chmod(open, 0755), 0);
	assert_int_equal(chmod(closed, 0), 0);
	if (!me)
		assert_int_equal(seteuid(65534), 0);
	finds(place, "d1/T.xml", 1);
	refuses(place, "d2/T.xml", "d2");
	refuses(place, "d2/*.xml", "d2");
	refuses(place, "d*/T.xml", "d2");
	refuses(place, "**/T.xml", "d2");
	assert_int_equal(seteuid(me), 0);
	assert_int_equal(chmod(closed, 0700), 0);
	free(open);
	free(closed);
}

static void a_link_may_not_lead_out_of_the_folder(void **state)
{
	struct place *place = *state;
	char *link = path_join(place->folder, "out");
	char *file = path_join(place->folder, "in");

	free(put(place, "real/T.xml"));
	assert_int_equal(symlink("real", link), 0);
	assert_int_equal(symlink("real/T.xml", file), 0);
	finds(place, "out/T.xml", 1);
	finds(place, "*/T.xml", 2);
	finds(place, "**/T.xml", 1);
	finds(place, "in", 1);
	unlink(link);
	unlink(file);
	assert_int_equal(symlink("/etc", link), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	refuses(place, "out/passwd", "leads out");
	refuses(place, "*/passwd", "leads out");
	refuses(place, "in", "leads out");
	unlink(file);
	assert_int_equal(symlink("none", file), 0);
	refuses(place, "in", "leads nowhere");
	finds(place, "*/T.xml", 1);
	free(link);
	free(file);
}

static void a_pattern_may_not_lead_out_of_the_folder(void **state)
{
	struct place *place = *state;
	struct strings paths = STRINGS_INIT;

	assert_int_equal(report_find(place->folder, "../*", &paths, NULL), -1);
	assert_int_equal(report_find(place->folder, "a/..", &paths, NULL), -1);
	assert_int_equal(report_find(place->folder, "/etc/*", &paths, NULL),
			 -1);
	assert_int_equal(report_find(place->folder, "a..b", &paths, NULL), 0);
	assert_int_equal(report_find(place->folder, ".*/*", &paths, NULL), 0);
	assert_int_equal(paths.count, 0);
}

#define in_a_folder(test) \
	cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_folder(a_report_that_appears_is_fresh),
		in_a_folder(a_report_left_by_an_older_run_is_stale),
		in_a_folder(writing_it_anew_makes_it_fresh),
		in_a_folder(a_copy_of_an_old_report_is_stale),
		in_a_folder(one_of_a_moment_ago_is_stale),
		in_a_folder(a_time_that_was_cut_is_fresh),
		in_a_folder(patterns_find_files_below_the_folder),
		in_a_folder(two_stars_are_any_depth),
		in_a_folder(a_folder_that_cannot_be_read_is_an_error),
		in_a_folder(there_is_a_bound),
		in_a_folder(a_link_may_not_lead_out_of_the_folder),
		in_a_folder(a_pattern_may_not_lead_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
