/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "loop/folders.h"

struct stand {
	struct loop *loop;
	struct folders *folders;
	int changes;
};

static void changed(void *data)
{
	struct stand *stand = data;

	stand->changes++;
}

static void late(void *data)
{
	(void)data;
	fail_msg("no change was noticed");
}

static void await(struct stand *stand, int changes)
{
	struct timer *timer = loop_timer(stand->loop, INT64_MAX, late, NULL);

	timer_set_in(timer, 10000);
	while (stand->changes < changes)
		loop_turn(stand->loop, -1);
	timer_free(timer);
}

static void begin(struct stand *stand)
{
	stand->changes = 0;
	stand->loop = loop_new();
	stand->folders = folders_new(stand->loop, changed, stand);
}

static void end(struct stand *stand)
{
	folders_free(stand->folders);
	loop_free(stand->loop);
}

static void a_new_name_and_a_write_are_noticed(void **state)
{
	struct stand stand;
	char *path = path_join(*state, "file");
	FILE *file;

	begin(&stand);
	folders_watch(stand.folders, *state, FOLDERS_WRITES);
	file = fopen(path, "w");
	assert_non_null(file);
	await(&stand, 1);
	fputs("text", file);
	fflush(file);
	await(&stand, 2);
	fclose(file);
	end(&stand);
	free(path);
}

static void an_end_of_writing_is_noticed(void **state)
{
	struct stand stand;
	char *path = path_join(*state, "lock");
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	assert_true(fd >= 0);
	begin(&stand);
	folders_watch(stand.folders, *state, FOLDERS_CLOSES);
	close(fd);
	await(&stand, 1);
	end(&stand);
	free(path);
}

static void no_folder_is_no_trouble(void **state)
{
	struct stand stand;

	(void)state;
	begin(&stand);
	folders_watch(stand.folders, "/nowhere/at/all", FOLDERS_NAMES);
	folders_watch(stand.folders, *state, FOLDERS_NAMES);
	folders_watch(stand.folders, *state, FOLDERS_NAMES);
	end(&stand);
	folders_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(a_new_name_and_a_write_are_noticed),
		WITH_FOLDER(an_end_of_writing_is_noticed),
		WITH_FOLDER(no_folder_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
