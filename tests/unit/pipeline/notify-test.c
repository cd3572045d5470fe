/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "event/event.h"
#include "pipeline/pipeline.h"

static bool is_alias(const char *word)
{
	return strcmp(word, "failed") == 0 || strcmp(word, "rolled-back") == 0;
}

static enum event_type type_of(const char *word)
{
	int type = EVENT_UNKNOWN + 1;

	while (type < EVENT_TYPE_COUNT &&
	       strcmp(event_type_name((enum event_type)type), word) != 0)
		type++;
	return type < EVENT_TYPE_COUNT ? (enum event_type)type : EVENT_UNKNOWN;
}

static void every_word_is_an_event_of_a_journal(void **state)
{
	(void)state;
	for (size_t i = 0; notify_words[i]; i++) {
		enum event_type type = type_of(notify_words[i]);

		if (is_alias(notify_words[i]))
			continue;
		if (type == EVENT_UNKNOWN || event_is_transient(type))
			fail_msg("%s", notify_words[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_an_event_of_a_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
