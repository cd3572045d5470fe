/* SPDX-License-Identifier: MIT */
/* Targets that are asked whether they run: what was asked before a start
 * tells nothing of what came after it. */
#include "support/cmocka.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/target/target.h"

#define PATIENCE_US (20 * 1000000)

static void started(int64_t ms, const struct error *err, void *data)
{
	(void)ms;
	assert_null(err);
	*(bool *)data = true;
}

static void looked(const struct target_status *status, const struct error *err,
		   void *data)
{
	assert_null(err);
	assert_false(status->alive);
	*(bool *)data = true;
}

static void turn_until_told(struct loop *loop, const bool *told)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!*told) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(loop, 100);
	}
}

/* In the folder where it is started, `alive` waits for a word. */
static void an_answer_from_before_the_start_is_too_old(void **state)
{
	char folder[] = "/tmp/signalbox-target-XXXXXX";
	char *asked = path_join(mkdtemp(folder), "asked");
	char *word = path_join(folder, "word");
	struct environment_config config = {
		.target = {
			.kind = TARGET_EXEC,
			.instances = 1,
			.host = (char *)"127.0.0.1",
			.exec = {
				.start = (char *)"true",
				.alive = xasprintf("touch %s; until test -e "
						   "%s; do sleep 0.01; done; "
						   "exit 1",
						   asked, word),
				.timeout_ms = 20000,
			}}};
	const struct target_release release = {
		.version = "v1", .commit = "", .digest = "", .folder = folder};
	struct loop *loop = loop_new();
	struct target target = {.ops = &target_exec,
				.loop = loop,
				.environment = "production",
				.folder = folder,
				.config = &config};
	bool is_started = false, is_told = false;

	(void)state;
	target.ops->look(&target, looked, &is_told);
	while (!file_exists(asked))
		loop_turn(loop, 10);
	target.ops->start(&target, &release, started, &is_started);
	turn_until_told(loop, &is_started);
	assert_true(target.ops->is_alive(&target));
	assert_int_equal(file_replace(word, "", 0, 0600, NULL), 0);
	turn_until_told(loop, &is_told);
	assert_true(target.ops->is_alive(&target));
	loop_free(loop);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(config.target.exec.alive);
	free(asked);
	free(word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_from_before_the_start_is_too_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
