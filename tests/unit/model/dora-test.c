/* SPDX-License-Identifier: MIT */
/* The four figures, from a journal's events. */
#include "support/cmocka.h"

#include "model/dora.h"

#define MINUTE 60000
#define NOW ((int64_t)1800000000000)

static void apply(struct dora *dora, struct event *event, int64_t time_ms)
{
	event->time_ms = time_ms;
	dora_apply(dora, event);
	event_free(event);
}

static void planned(struct dora *dora, int run, const char *colour,
		    int64_t time_ms)
{
	struct event *event = event_new(EVENT_DEPLOY_PLANNED, NULL);

	event_set(event, "colour", colour);
	event_set_json_owned(event, "candidate",
			     json_pack("{s:i, s:s}", "run", run, "committed",
				       "2027-01-15T07:00:00Z"));
	apply(dora, event, time_ms);
}

static void traffic(struct dora *dora, int green, int64_t time_ms)
{
	struct event *event = event_new(EVENT_TRAFFIC_CHANGED, NULL);

	event_set_json_owned(
		event, "to",
		json_pack("{s:i, s:i}", "blue", 100 - green, "green", green));
	apply(dora, event, time_ms);
}

static void ended(struct dora *dora, enum event_type type, const char *outcome,
		  int live_run, int64_t time_ms)
{
	struct event *event = event_new(type, NULL);

	event_set(event, "outcome", outcome);
	event_set_json_owned(event, "live",
			     json_pack("{s:i}", "run", live_run));
	apply(dora, event, time_ms);
}

static void nothing_is_no_data(void **state)
{
	struct dora dora = {0};
	struct dora_figures figures;

	(void)state;
	dora_figures(&dora, NOW, &figures);
	assert_int_equal(figures.promotions, 0);
	assert_int_equal(figures.lead_ms, -1);
	assert_int_equal(figures.changes, 0);
	assert_int_equal(figures.restore_ms, -1);
	dora_release(&dora);
}

/* NOW is 2027-01-15 08:00 UTC: an hour after the commits. */
static void figures_are_of_what_had_traffic(void **state)
{
	struct dora dora = {0};
	struct dora_figures figures;

	(void)state;
	planned(&dora, 1, "blue", NOW);
	ended(&dora, EVENT_DEPLOY_FINISHED, "passed", 1, NOW);
	/* Rolled back at 5 %. */
	planned(&dora, 2, "green", NOW + MINUTE);
	traffic(&dora, 5, NOW + 2 * MINUTE);
	ended(&dora, EVENT_ROLLBACK_FINISHED, "passed", 1, NOW + 5 * MINUTE);
	/* Never had any traffic. */
	planned(&dora, 3, "green", NOW + 6 * MINUTE);
	ended(&dora, EVENT_DEPLOY_FINISHED, "rejected", 1, NOW + 7 * MINUTE);
	/* Was live, and taken back later; going forward again is no failure. */
	planned(&dora, 4, "green", NOW + 10 * MINUTE);
	traffic(&dora, 100, NOW + 10 * MINUTE);
	ended(&dora, EVENT_DEPLOY_FINISHED, "passed", 4, NOW + 10 * MINUTE);
	ended(&dora, EVENT_ROLLBACK_FINISHED, "passed", 1, NOW + 15 * MINUTE);
	ended(&dora, EVENT_ROLLBACK_FINISHED, "passed", 4, NOW + 16 * MINUTE);
	dora_figures(&dora, NOW + 20 * MINUTE, &figures);
	assert_int_equal(figures.promotions, 2);
	assert_int_equal(figures.lead_ms, 65 * MINUTE);
	assert_int_equal(figures.changes, 3);
	assert_int_equal(figures.failed, 2);
	assert_int_equal(figures.restores, 2);
	assert_int_equal(figures.restore_ms, 4 * MINUTE);
	dora_figures(&dora, NOW + (int64_t)31 * 24 * 60 * MINUTE, &figures);
	assert_int_equal(figures.promotions, 0);
	assert_int_equal(figures.changes, 0);
	dora_release(&dora);
}

/* Nothing failed that was called off; what all were served by has. */
static void who_cancels_before_100_percent_has_not_failed(void **state)
{
	struct dora dora = {0};
	struct dora_figures figures;

	(void)state;
	planned(&dora, 1, "blue", NOW);
	ended(&dora, EVENT_DEPLOY_FINISHED, "passed", 1, NOW);
	planned(&dora, 2, "green", NOW + MINUTE);
	traffic(&dora, 25, NOW + 2 * MINUTE);
	traffic(&dora, 0, NOW + 3 * MINUTE);
	ended(&dora, EVENT_DEPLOY_FINISHED, "cancelled", 1, NOW + 3 * MINUTE);
	dora_figures(&dora, NOW + 20 * MINUTE, &figures);
	assert_int_equal(figures.changes, 2);
	assert_int_equal(figures.failed, 0);
	assert_int_equal(figures.restore_ms, -1);
	planned(&dora, 3, "green", NOW + 4 * MINUTE);
	traffic(&dora, 100, NOW + 5 * MINUTE);
	traffic(&dora, 0, NOW + 6 * MINUTE);
	ended(&dora, EVENT_DEPLOY_FINISHED, "cancelled", 1, NOW + 6 * MINUTE);
	dora_figures(&dora, NOW + 20 * MINUTE, &figures);
	assert_int_equal(figures.changes, 3);
	assert_int_equal(figures.failed, 1);
	dora_release(&dora);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_no_data),
		cmocka_unit_test(figures_are_of_what_had_traffic),
		cmocka_unit_test(who_cancels_before_100_percent_has_not_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
