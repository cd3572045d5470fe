/* SPDX-License-Identifier: MIT */
/* Two processes' ledgers on one journal. */
#include "support/cmocka.h"

#include "base/file.h"
#include "base/memory.h"
#include "delivery/ledger.h"
#include "event/journal.h"

struct place {
	char *folder;
	struct loop *loop;
	struct ledger *ours, *theirs;
	int foreign; /* events of the others that ours was told of */
};

static void recorded(const struct event *event, bool foreign, void *data)
{
	struct place *place = data;

	(void)event;
	place->foreign += foreign;
}

static void ignored(const struct event *event, bool foreign, void *data)
{
	(void)event;
	(void)foreign;
	(void)data;
}

static int set_up(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));

	place->folder = xstrdup("/tmp/signalbox-ledger-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	place->loop = loop_new();
	place->ours = ledger_new(place->loop, place->folder, recorded, place);
	place->theirs = ledger_new(place->loop, place->folder, ignored, place);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	ledger_free(place->ours);
	ledger_free(place->theirs);
	loop_free(place->loop);
	assert_int_equal(folder_remove(place->folder, NULL), 0);
	free(place->folder);
	free(place);
	return 0;
}

static void record(struct ledger *ledger, const char *text)
{
	struct event *event = event_new(EVENT_NOTE_ADDED, NULL);
	struct error err = ERROR_INIT;

	event_set(event, "text", text);
	if (ledger_record_owned(ledger, event, false, &err) < 0)
		fail_msg("%s", error_text(&err));
}

static void assert_whole(const struct place *place, int64_t expected)
{
	struct error err = ERROR_INIT;
	int64_t records = 0;
	size_t torn = 0;

	if (journal_verify(place->folder, &records, &torn, &err) < 0)
		fail_msg("%s", error_text(&err));
	assert_int_equal(records, expected);
	assert_int_equal(torn, 0);
}

/* Having read what others wrote is not having their end of the file. */
static void an_onlooker_appends_behind_what_others_wrote(void **state)
{
	struct place *place = *state;

	record(place->ours, "one");
	record(place->theirs, "a longer second one");
	record(place->theirs, "three");
	assert_int_equal(ledger_refresh(place->ours, NULL), 0);
	assert_int_equal(place->foreign, 2);
	record(place->ours, "four");
	assert_whole(place, 4);
	record(place->theirs, "five");
	record(place->ours, "six");
	assert_whole(place, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_onlooker_appends_behind_what_others_wrote, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
