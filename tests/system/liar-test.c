/* SPDX-License-Identifier: MIT */
/* The HAProxy provider against what answers as a version that cannot be run
 * here, and against what does not answer as it should. */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/traffic/traffic.h"
#include "system/liar.h"

/* Its own is 5 s. What is told while it waits comes before either. */
#define PATIENCE_MS 1500

struct fixture {
	char *folder, *socket, *state_file;
	struct loop *loop;
	struct environment_config environment;
	struct traffic *traffic;
	struct liar liar;
	struct str notes;
	bool told;
	char error[400];
	enum error_code code;
	struct traffic_split split;
	struct traffic_sample sample;
};

static void done(struct traffic *traffic, const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)traffic;
	f->told = true;
	f->code = err ? err->code : ERROR_NONE;
	snprintf(f->error, sizeof(f->error), "%s", err ? error_text(err) : "");
}

static void shifted(struct traffic *traffic, const struct traffic_split *split,
		    const char *warning, const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)warning;
	done(traffic, err, data);
	if (split)
		f->split = *split;
}

static void sampled(struct traffic *traffic,
		    const struct traffic_sample *sample,
		    const struct error *err, void *data)
{
	struct fixture *f = data;

	done(traffic, err, data);
	if (sample)
		f->sample = *sample;
}

static void noted(const char *text, void *data)
{
	struct fixture *f = data;

	str_addf(&f->notes, "%s\n", text);
}

static void wait_told(struct fixture *f)
{
	int64_t limit = clock_monotonic_us() + 30000000;

	while (!f->told && clock_monotonic_us() < limit)
		loop_turn(f->loop, 1000);
	assert_true(f->told);
	f->told = false;
}

static void ensure(struct fixture *f)
{
	struct traffic_split split = TRAFFIC_SPLIT_OF_GREEN(0);

	traffic_ensure(f->traffic, split, done, f);
	wait_told(f);
}

/* At once: the first question is the one that sets. */
static void begin_shift(struct fixture *f, double green)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(green),
		.force = true,
	};

	traffic_set(f->traffic, &change, shifted, f);
}

static void shift(struct fixture *f, double green)
{
	begin_shift(f, green);
	wait_told(f);
}

static int weight(struct fixture *f, enum colour colour)
{
	return atomic_load(&f->liar.mind->weights[colour]);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct haproxy_traffic *haproxy = &f->environment.traffic.haproxy;

	f->folder = xstrdup("/tmp/signalbox-liar-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	f->loop = loop_new();
	str_init(&f->notes);
	f->socket = path_join(f->folder, "admin");
	f->state_file = path_join(f->folder, "state");
	f->environment.name = (char *)"production";
	f->environment.target.instances = 1;
	haproxy->socket = f->socket;
	haproxy->backend = (char *)"shop";
	haproxy->server_state = f->state_file;
	strings_add(&haproxy->servers[COLOUR_BLUE], "blue");
	strings_add(&haproxy->servers[COLOUR_GREEN], "green");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	traffic_close(f->traffic);
	liar_end(&f->liar);
	loop_free(f->loop);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_release(&f->environment.traffic.haproxy.servers[i]);
	free(f->folder);
	free(f->socket);
	free(f->state_file);
	str_release(&f->notes);
	free(f);
	return 0;
}

static struct fixture *beside(void **state, const struct liar_shape *shape)
{
	struct fixture *f = *state;
	char *folder = path_join(f->folder, "production");
	struct traffic_options options = {
		.loop = f->loop,
		.environment = &f->environment,
		.folder = folder,
		.note = noted,
		.data = f,
		.patience_ms = PATIENCE_MS,
	};

	liar_start(&f->liar, f->socket, shape);
	f->traffic = traffic_open(&options, NULL);
	assert_non_null(f->traffic);
	free(folder);
	return f;
}

static void is_steered(void **state, const struct liar_shape *shape)
{
	struct fixture *f = beside(state, shape);

	ensure(f);
	assert_string_equal(f->error, "");
	assert_true(traffic_capabilities(f->traffic).weights);
	shift(f, 25);
	assert_string_equal(f->error, "");
	assert_int_equal(f->split.units[COLOUR_GREEN], 64);
	assert_int_equal(weight(f, COLOUR_BLUE), 192);
	assert_int_equal(weight(f, COLOUR_GREEN), 64);
	traffic_sample(f->traffic, sampled, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_true(f->sample.colours[COLOUR_GREEN].percent == 25);
	assert_true(f->sample.colours[COLOUR_GREEN].mean == 12);
	assert_int_equal(f->sample.colours[COLOUR_BLUE].sessions, 3);
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_true(file_exists(f->state_file));
	assert_string_equal(f->notes.data, "");
}

static void haproxy_2_4_is_steered(void **state)
{
	is_steered(state, &liar_2_4);
}

static void haproxy_2_8_is_steered(void **state)
{
	is_steered(state, &liar_2_8);
}

static void haproxy_3_0_is_steered(void **state)
{
	is_steered(state, &liar_3_0);
}

static void columns_may_come_in_any_order(void **state)
{
	is_steered(state, &liar_backwards);
}

static void haproxy_2_2_is_too_old(void **state)
{
	struct fixture *f = beside(state, &liar_2_2);

	ensure(f);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_string_equal(f->error, "haproxy 2.2.9-2+deb11u6 is too old; "
				      "install 2.4 or newer");
}

/* One that lies is not believed, and steered again when it does not. */
static void is_not_believed(void **state, enum liar_way way, const char *words,
			    int64_t least_ms, int64_t most_ms)
{
	struct fixture *f = beside(state, &liar_2_8);
	int64_t begun;

	ensure(f);
	assert_string_equal(f->error, "");
	atomic_store(&f->liar.mind->way, way);
	begun = clock_monotonic_us();
	shift(f, 25);
	print_message("# after %lld ms: %s\n",
		      (long long)(clock_monotonic_us() - begun) / 1000,
		      f->error);
	assert_int_not_equal(f->code, ERROR_NONE);
	assert_non_null(strstr(f->error, words));
	assert_true(clock_monotonic_us() - begun >= least_ms * 1000);
	assert_true(clock_monotonic_us() - begun < most_ms * 1000);
	assert_int_equal(weight(f, COLOUR_BLUE), 256);
	assert_int_equal(weight(f, COLOUR_GREEN), 0);
	traffic_sample(f->traffic, sampled, f);
	wait_told(f);
	if (way != LIAR_FORGETS) /* which counts as it should */
		assert_int_not_equal(f->code, ERROR_NONE);
	atomic_store(&f->liar.mind->way, LIAR_HONEST);
	shift(f, 25);
	assert_string_equal(f->error, "");
	assert_int_equal(weight(f, COLOUR_BLUE), 192);
	assert_int_equal(weight(f, COLOUR_GREEN), 64);
}

static void weights_that_were_taken_and_are_not_there(void **state)
{
	is_not_believed(state, LIAR_FORGETS,
			"took weights 192 and 64 and has 256 and 0", 0, 4000);
}

static void garbage_is_no_answer(void **state)
{
	is_not_believed(state, LIAR_BABBLES, "haproxy answered \"", 0, 4000);
}

static void no_answer_at_all_is_none(void **state)
{
	is_not_believed(state, LIAR_CLOSES, "haproxy answered \"nothing\"", 0,
			4000);
}

static void half_an_answer_is_none(void **state)
{
	is_not_believed(state, LIAR_STOPS, "did not answer", PATIENCE_MS,
			20000);
}

/* Said at once, refused by the timeout. */
static void a_wedged_socket_is_told_of_before_it_fails(void **state)
{
	struct fixture *f = beside(state, &liar_2_8);
	int64_t begun, ms;

	ensure(f);
	assert_string_equal(f->error, "");
	atomic_store(&f->liar.mind->way, LIAR_WEDGED);
	begun = clock_monotonic_us();
	begin_shift(f, 25);
	while (!f->notes.len && !f->told)
		loop_turn(f->loop, 1000);
	ms = (clock_monotonic_us() - begun) / 1000;
	print_message("# after %lld ms: %s", (long long)ms, f->notes.data);
	assert_non_null(strstr(f->notes.data, "has not answered for 1 s"));
	assert_non_null(strstr(f->notes.data, "given up after 1.5 s"));
	assert_true(ms >= 1000);
	wait_told(f);
	assert_int_equal(f->code, ERROR_TIMEOUT);
	assert_int_equal(weight(f, COLOUR_BLUE), 256);
	atomic_store(&f->liar.mind->way, LIAR_HONEST);
	shift(f, 100);
	assert_string_equal(f->error, "");
	assert_int_equal(weight(f, COLOUR_GREEN), 256);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(haproxy_2_4_is_steered),
		TEST(haproxy_2_8_is_steered),
		TEST(haproxy_3_0_is_steered),
		TEST(columns_may_come_in_any_order),
		TEST(haproxy_2_2_is_too_old),
		TEST(weights_that_were_taken_and_are_not_there),
		TEST(garbage_is_no_answer),
		TEST(no_answer_at_all_is_none),
		TEST(half_an_answer_is_none),
		TEST(a_wedged_socket_is_told_of_before_it_fails),
	};

	if (argc > 1) /* one test alone, by its name */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
