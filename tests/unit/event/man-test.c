/* SPDX-License-Identifier: MIT */
/* man/signalbox-events.5 is complete: it has every event. The system tests
 * hold its fields against what real runs wrote. */
#include "support/cmocka.h"

#include <string.h>

#include "base/memory.h"
#include "event/event.h"
#include "support/manual.h"

static void man_page_has_every_event(void **state)
{
	struct manual *manual = manual_read();

	(void)state;
	for (int type = EVENT_UNKNOWN + 1; type < EVENT_TYPE_COUNT; type++)
		if (!manual_has(manual, event_type_name((enum event_type)type),
				NULL))
			fail_msg("man/signalbox-events.5 has no %s",
				 event_type_name((enum event_type)type));
	manual_free(manual);
}

static char *fault_of(const struct manual *manual, const char *line)
{
	return manual_fault(manual, line, strlen(line));
}

#define HEAD "{\"seq\":1,\"time\":\"2026-11-20T18:00:00.000Z\",\"event\":"

static void event_is_held_against_the_page(void **state)
{
	static const struct {
		const char *line, *fault;
	} cases[] = {
		{HEAD "\"note.added\",\"text\":\"a\",\"level\":\"info\"}",
		 NULL},
		{HEAD "\"note.added\",\"text\":\"a\"}", "level is missing"},
		{HEAD "\"note.added\",\"text\":1,\"level\":\"info\"}",
		 "text: is no string"},
		{HEAD "\"stage.skipped\",\"reason\":\"a\",\"zz\":1}", "zz"},
		{HEAD "\"zz.started\"}", "zz.started is not in"},
		{HEAD "\"traffic.changing\",\"environment\":\"e\",\"epoch\":1,"
		      "\"reason\":\"\",\"from\":{},\"to\":{\"red\":1}}",
		 "share: red"},
		{"{\"seq\":1,\"event\":\"behind\"}", "time is missing"},
	};
	struct manual *manual = manual_read();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *fault = fault_of(manual, cases[i].line);

		if (!cases[i].fault)
			assert_null(fault);
		else if (!fault || !strstr(fault, cases[i].fault))
			fail_msg("%s: %s", cases[i].line, fault);
		free(fault);
	}
	manual_free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(man_page_has_every_event),
		cmocka_unit_test(event_is_held_against_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
