/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"
#include "event/replay.h"

#define BEGAN 1000000

struct fixture {
	char folder[32];
	struct journal *journal;
	struct str told; /* what the replay gives, a line an event */
};

static int set_up(void **state)
{
	struct fixture *f = *state = xcalloc(1, sizeof(*f));
	char *logs;

	strcpy(f->folder, "/tmp/signalbox-replay-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	logs = path_join(f->folder, "logs");
	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	f->journal = journal_create(f->folder, "run", NULL);
	assert_non_null(f->journal);
	str_init(&f->told);
	free(logs);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	journal_free(f->journal);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	str_release(&f->told);
	free(f);
	return 0;
}

static void happened(struct fixture *f, int64_t ms, enum event_type type,
		     const char *stage, const char *log)
{
	struct event *event = event_new(type, stage);

	event->time_ms = BEGAN + ms;
	event_set(event, "log", log);
	journal_append(f->journal, event);
	event_free(event);
}

static void file_is(struct fixture *f, const char *name, const char *text)
{
	char *path = path_join(f->folder, name);

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

/* "MS SEQ EVENT STAGE BYTES/LINES", of all up to a moment. */
static const char *played(struct fixture *f, int64_t until_ms)
{
	struct error err = ERROR_INIT;
	struct replay *replay;
	const struct event *event;
	int64_t ms;

	assert_int_equal(journal_flush(f->journal, NULL), 0);
	replay = replay_open(f->folder, &err);
	if (!replay)
		fail_msg("%s", error_text(&err));
	str_clear(&f->told);
	while ((event = replay_peek(replay, &ms)) && ms - BEGAN <= until_ms) {
		str_addf(&f->told, "%lld %lld %s %s", (long long)(ms - BEGAN),
			 (long long)event->seq, event_type_name(event->type),
			 event_stage(event));
		if (event->type == EVENT_LOG_GREW)
			str_addf(&f->told, " %lld/%lld",
				 (long long)event_int(event, "bytes", -1),
				 (long long)event_int(event, "lines", -1));
		str_add_char(&f->told, '\n');
		replay_next(replay);
	}
	replay_free(replay);
	return f->told.data;
}

static void log_grows_between_the_events_as_it_did(void **state)
{
	struct fixture *f = *state;

	happened(f, 0, EVENT_RUN_STARTED, NULL, NULL);
	happened(f, 10, EVENT_STAGE_STARTED, "a", "logs/a.log");
	happened(f, 20, EVENT_STAGE_STARTED, "b", "logs/b.log");
	happened(f, 900, EVENT_STAGE_FINISHED, "a", NULL);
	happened(f, 5000, EVENT_RUN_FINISHED, NULL, NULL);
	file_is(f, "logs/a.log", "1\n2\n3\n4\n");
	file_is(f, "logs/a.log.index",
		"0 0 1000100\n2 1 1000300\n4 2 1000400\n6 3 1000890\n");
	file_is(f, "logs/b.log", "x\ny");
	file_is(f, "logs/b.log.index", "0 0 1000200\n2 1 1000500\n");
	assert_string_equal(played(f, 10000), "0 1 run.started \n"
					      "10 2 stage.started a\n"
					      "20 3 stage.started b\n"
					      "200 3 log.grew a 2/1\n"
					      "300 3 log.grew b 2/1\n"
					      "400 3 log.grew a 4/2\n"
					      "500 3 log.grew a 6/3\n"
					      "600 3 log.grew b 3/1\n"
					      "900 3 log.grew a 8/4\n"
					      "900 4 stage.finished a\n"
					      "5000 5 run.finished \n");
	assert_string_equal(played(f, 20), "0 1 run.started \n"
					   "10 2 stage.started a\n"
					   "20 3 stage.started b\n");
}

static void attempt_has_a_log_of_its_own(void **state)
{
	struct fixture *f = *state;

	happened(f, 0, EVENT_STAGE_STARTED, "a", "logs/a.log");
	happened(f, 500, EVENT_STAGE_STARTED, "a", "logs/a-2.log");
	happened(f, 900, EVENT_STAGE_FINISHED, "a", NULL);
	file_is(f, "logs/a.log", "1\n2\n");
	file_is(f, "logs/a.log.index", "0 0 1000100\n");
	file_is(f, "logs/a-2.log", "1\n");
	file_is(f, "logs/a-2.log.index", "0 0 1000600\n");
	assert_string_equal(played(f, 10000), "0 1 stage.started a\n"
					      "200 1 log.grew a 4/2\n"
					      "500 2 stage.started a\n"
					      "700 2 log.grew a 2/1\n"
					      "900 3 stage.finished a\n");
}

static void clock_that_was_set_back_stands_still(void **state)
{
	struct fixture *f = *state;

	happened(f, 0, EVENT_RUN_STARTED, NULL, NULL);
	happened(f, 500, EVENT_STAGE_READY, "a", NULL);
	happened(f, 100, EVENT_STAGE_READY, "b", NULL);
	happened(f, 600, EVENT_STAGE_READY, "c", NULL);
	assert_string_equal(played(f, 10000), "0 1 run.started \n"
					      "500 2 stage.ready a\n"
					      "500 3 stage.ready b\n"
					      "600 4 stage.ready c\n");
}

static void logs_that_are_gone_are_left_out(void **state)
{
	struct fixture *f = *state;

	happened(f, 0, EVENT_STAGE_STARTED, "a", "logs/a.log");
	assert_string_equal(played(f, 10000), "0 1 stage.started a\n");
}

static void pace_is_the_time_scaled(void **state)
{
	struct pace pace = {.at_ms = 1000, .since_us = 0, .speed = 4};

	(void)state;
	assert_int_equal(pace_now(&pace, 500000), 3000);
	assert_true(pace_now(&pace, pace_due(&pace, 3001)) >= 3001);
	assert_int_equal(pace_due(&pace, 900), 0);
	pace_set(&pace, 500000, 4, true);
	assert_int_equal(pace_now(&pace, 9000000), 3000);
	assert_int_equal(pace_due(&pace, 3001), INT64_MAX);
	pace_set(&pace, 9000000, 0.5, false);
	assert_int_equal(pace_now(&pace, 11000000), 4000);
	assert_true(pace_now(&pace, pace_due(&pace, 5000)) >= 5000);
	pace_set(&pace, 11000000, 0, false);
	assert_true(pace_due(&pace, 1 << 30) <= 11000000);
}

static void speed_is_a_number_or_max(void **state)
{
	static const char *const bad[] = {"",	 "-1",	"x",   "1x",
					  "nan", "inf", "1e9", "0.0001"};
	double speed;

	(void)state;
	assert_int_equal(pace_parse_speed("0.5", &speed, NULL), 0);
	assert_true(speed == 0.5);
	assert_int_equal(pace_parse_speed("max", &speed, NULL), 0);
	assert_true(speed == 0);
	assert_int_equal(pace_parse_speed("0", &speed, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(pace_parse_speed(bad[i], &speed, NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(log_grows_between_the_events_as_it_did),
		TEST(attempt_has_a_log_of_its_own),
		TEST(clock_that_was_set_back_stands_still),
		TEST(logs_that_are_gone_are_left_out),
		cmocka_unit_test(pace_is_the_time_scaled),
		cmocka_unit_test(speed_is_a_number_or_max),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
