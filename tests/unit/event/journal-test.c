/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "event/journal-head.h"
#include "event/journal.h"

/* A folder of its own for each test, with names of what lies in it. */
struct place {
	char *folder;
	char *lines;
	char *head;
	char *reserve;
};

static int make_place(void **state)
{
	const char *base = getenv("TMPDIR");
	char *folder =
		xasprintf("%s/signalbox-journal-XXXXXX", base ? base : "/tmp");
	struct place *place = xcalloc(1, sizeof(*place));

	assert_non_null(mkdtemp(folder));
	place->folder = folder;
	place->lines = path_join(folder, "journal.ndjson");
	place->head = path_join(folder, "head");
	place->reserve = path_join(folder, "reserve");
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	assert_int_equal(folder_remove(place->folder, NULL), 0);
	free(place->folder);
	free(place->lines);
	free(place->head);
	free(place->reserve);
	free(place);
	return 0;
}

static void get(const char *path, struct str *text)
{
	struct error err = ERROR_INIT;

	str_clear(text);
	if (file_read(path, text, 100u << 20, &err) < 0)
		fail_msg("%s", error_text(&err));
}

static void put(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void append_notes(struct journal *journal, int count)
{
	for (int i = 0; i < count; i++) {
		struct event *event = event_new(EVENT_NOTE_ADDED, "unit");

		event->time_ms = 1795218831123;
		event_setf(event, "text", "note \"%lld\"\n",
			   (long long)journal_last_seq(journal) + 1);
		event_set_int(event, "ms", 10 * i);
		journal_append(journal, event);
		assert_int_equal(event->seq, journal_last_seq(journal));
		event_free(event);
	}
}

static struct journal *opened(const struct place *place, size_t *torn)
{
	struct error err = ERROR_INIT;
	struct journal *journal = journal_open(place->folder, torn, &err);

	if (!journal)
		fail_msg("%s", error_text(&err));
	return journal;
}

static void write_notes(const struct place *place, int count)
{
	struct error err = ERROR_INIT;
	struct journal *journal = journal_create(place->folder, "run", &err);

	if (!journal)
		fail_msg("%s", error_text(&err));
	append_notes(journal, count);
	assert_int_equal(journal_sync(journal, NULL), 0);
	journal_free(journal);
}

static void must_be_whole(const struct place *place, int64_t count,
			  size_t torn_bytes)
{
	struct error err = ERROR_INIT;
	int64_t records = -1;
	size_t torn = 99;

	if (journal_verify(place->folder, &records, &torn, &err) < 0)
		fail_msg("%s", error_text(&err));
	assert_int_equal(records, count);
	assert_int_equal(torn, torn_bytes);
}

/* Whatever opens or verifies must say "record SEQ:". */
static void must_name(int result, struct error *err, int64_t seq)
{
	char *name = xasprintf("record %lld:", (long long)seq);

	if (result == 0)
		fail_msg("no fault was found in record %lld", (long long)seq);
	assert_int_equal(err->code, ERROR_CORRUPT);
	if (!starts_with(err->message, name))
		fail_msg("'%s' does not name record %lld", err->message,
			 (long long)seq);
	error_clear(err);
	free(name);
}

static void verify_must_name(const struct place *place, int64_t seq)
{
	struct error err = ERROR_INIT;
	int64_t records;
	size_t torn;
	int result = journal_verify(place->folder, &records, &torn, &err);

	must_name(result, &err, seq);
}

static void open_must_name(const struct place *place, int64_t seq)
{
	struct error err = ERROR_INIT;
	struct journal *journal = journal_open(place->folder, NULL, &err);
	int result = journal ? 0 : -1;

	journal_free(journal);
	must_name(result, &err, seq);
}

static int collect(const struct event *event, void *data)
{
	strings_addf(data, "%lld %s", (long long)event->seq,
		     event_text(event, "text"));
	return event->seq == 1000 ? -5 : 0;
}

static void what_is_shown_is_the_event_without_the_chain(void **state)
{
	struct place *place = *state;
	struct journal *journal = journal_create(place->folder, "run", NULL);
	struct event *event = event_new(EVENT_STAGE_STARTED, "unit");
	struct str shown = STR_INIT, alone = STR_INIT;

	assert_non_null(journal);
	event_set(event, "kind", "\"prev\":\"\"}");
	journal_append_shown(journal, event, &shown);
	event_encode(event, NULL, &alone);
	assert_string_equal(shown.data, alone.data);
	str_release(&shown);
	str_release(&alone);
	event_free(event);
	journal_free(journal);
}

static void what_is_appended_is_read(void **state)
{
	struct place *place = *state;
	struct strings texts = STRINGS_INIT;

	write_notes(place, 3);
	must_be_whole(place, 3, 0);
	assert_int_equal(journal_read(place->folder, 2, collect, &texts, NULL),
			 0);
	assert_int_equal(texts.count, 2);
	assert_string_equal(texts.items[0], "2 note \"2\"\n");
	assert_string_equal(texts.items[1], "3 note \"3\"\n");
	strings_release(&texts);
}

static void the_taker_ends_the_reading(void **state)
{
	struct place *place = *state;
	struct strings texts = STRINGS_INIT;

	write_notes(place, 1200);
	assert_int_equal(
		journal_read(place->folder, 999, collect, &texts, NULL), -5);
	assert_int_equal(texts.count, 2);
	strings_release(&texts);
}

static void every_prev_is_the_digest_of_the_line_before(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	char digest[DIGEST_TEXT_SIZE];
	char *line;
	char *next;

	write_notes(place, 3);
	get(place->lines, &text);
	assert_true(starts_with(text.data,
				"{\"journal\":\"signalbox\",\"format\":1,"
				"\"version\":\"" PACKAGE_VERSION
				"\",\"kind\":\"run\"}\n{\"seq\":1,"));
	for (line = text.data; (next = strchr(line, '\n') + 1)[0];
	     line = next) {
		digest_bytes(line, (size_t)(next - line), digest);
		assert_memory_equal(strchr(next, '\n') - 66, digest, 64);
	}
	str_release(&text);
}

static void a_second_journal_in_a_folder_is_refused(void **state)
{
	struct place *place = *state;
	struct error err = ERROR_INIT;

	write_notes(place, 1);
	assert_null(journal_create(place->folder, "run", &err));
	assert_int_equal(err.code, ERROR_REFUSED);
	error_clear(&err);
	must_be_whole(place, 1, 0);
}

static void opening_goes_on_behind_the_last_record(void **state)
{
	struct place *place = *state;

	write_notes(place, 3);
	for (int i = 0; i < 4; i++) {
		size_t torn = 99;
		struct journal *journal = opened(place, &torn);

		assert_int_equal(torn, 0);
		assert_int_equal(journal_last_seq(journal), 3 + 2 * i);
		append_notes(journal, 1);
		assert_int_equal(journal_flush(journal, NULL), 0);
		append_notes(journal, 1);
		journal_free(journal); /* flushes */
	}
	must_be_whole(place, 11, 0);
}

static void a_journal_without_records_is_whole(void **state)
{
	struct place *place = *state;

	write_notes(place, 0);
	must_be_whole(place, 0, 0);
	unlink(place->head);
	must_be_whole(place, 0, 0);
	journal_free(opened(place, NULL));
	assert_true(file_exists(place->head));
	must_be_whole(place, 0, 0);
}

static void an_absent_journal_is_not_found(void **state)
{
	struct place *place = *state;
	struct error err = ERROR_INIT;

	assert_null(journal_open(place->folder, NULL, &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
}

/* Each byte in turn becomes another, by `change`; the record is named. */
static void change_every_byte(const struct place *place, int records,
			      unsigned char change)
{
	struct str text = STR_INIT;
	int64_t seq = 0;

	write_notes(place, records);
	get(place->lines, &text);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.data[i];

		text.data[i] = (char)(was ^ change);
		put(place->lines, text.data, text.len);
		verify_must_name(place, seq);
		text.data[i] = was;
		seq += was == '\n';
	}
	assert_int_equal(seq, records + 1);
	put(place->lines, text.data, text.len);
	must_be_whole(place, records, 0);
	str_release(&text);
}

static void any_changed_bit_is_found_and_its_record_named(void **state)
{
	change_every_byte(*state, 4, 0x01);
}

static void any_changed_high_bit_is_found(void **state)
{
	change_every_byte(*state, 4, 0x80);
}

static void any_changed_byte_of_a_lone_record_is_found(void **state)
{
	change_every_byte(*state, 1, 0x04);
}

static void any_changed_byte_of_the_first_line_alone_is_found(void **state)
{
	change_every_byte(*state, 0, 0x02);
}

static void a_byte_made_a_newline_is_found(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	int64_t seq = 0;

	write_notes(place, 3);
	get(place->lines, &text);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.data[i];

		if (was != '\n') {
			text.data[i] = '\n';
			put(place->lines, text.data, text.len);
			verify_must_name(place, seq);
			text.data[i] = was;
		}
		seq += was == '\n';
	}
	str_release(&text);
}

static void a_removed_or_doubled_record_is_named(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	struct str changed = STR_INIT;
	char *second;
	char *third;

	write_notes(place, 4);
	get(place->lines, &text);
	second = strstr(text.data, "{\"seq\":2");
	third = strstr(text.data, "{\"seq\":3");
	str_add_bytes(&changed, text.data, (size_t)(second - text.data));
	str_add(&changed, third);
	put(place->lines, changed.data, changed.len);
	verify_must_name(place, 2);
	open_must_name(place, 2);
	str_clear(&changed);
	str_add_bytes(&changed, text.data, (size_t)(third - text.data));
	str_add(&changed, second);
	put(place->lines, changed.data, changed.len);
	verify_must_name(place, 3);
	str_release(&text);
	str_release(&changed);
}

static void any_changed_byte_of_the_head_is_found(void **state)
{
	struct place *place = *state;
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;
	int64_t records;
	size_t torn;

	write_notes(place, 2);
	get(place->head, &text);
	assert_int_equal(text.len, JOURNAL_HEAD_SIZE);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		put(place->head, text.data, text.len);
		assert_int_equal(
			journal_verify(place->folder, &records, &torn, &err),
			-1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_non_null(strstr(err.message, "head"));
		error_clear(&err);
		assert_null(journal_open(place->folder, NULL, &err));
		assert_int_equal(err.code, ERROR_CORRUPT);
		error_clear(&err);
		text.data[i] ^= 1;
	}
	str_release(&text);
}

static void a_missing_head_is_no_whole_journal(void **state)
{
	struct place *place = *state;

	write_notes(place, 2);
	unlink(place->head);
	verify_must_name(place, 2);
	open_must_name(place, 2);
}

/* Writes `before` records, keeps that head, adds `after` more, puts the old
 * head back: as a crash between journal and head leaves them. */
static void make_head_lag(const struct place *place, int before, int after,
			  struct str *text)
{
	struct str head = STR_INIT;
	struct journal *journal;

	write_notes(place, before);
	get(place->head, &head);
	journal = opened(place, NULL);
	append_notes(journal, after);
	journal_free(journal);
	put(place->head, head.data, head.len);
	get(place->lines, text);
	str_release(&head);
}

static void records_past_a_head_that_lags_are_kept(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	struct str head = STR_INIT;
	struct journal *journal;
	size_t torn = 99;

	make_head_lag(place, 2, 3, &text);
	must_be_whole(place, 5, 0);
	journal = opened(place, &torn);
	assert_int_equal(torn, 0);
	assert_int_equal(journal_last_seq(journal), 5);
	get(place->head, &head); /* mended at once */
	assert_non_null(strstr(head.data, " 0000000000000000005 "));
	append_notes(journal, 1);
	journal_free(journal);
	must_be_whole(place, 6, 0);
	str_release(&text);
	str_release(&head);
}

static void a_covered_record_is_safe_though_the_head_lags(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	size_t covered;
	int64_t seq = 0;

	make_head_lag(place, 2, 2, &text);
	covered = (size_t)(strstr(text.data, "{\"seq\":3") - text.data);
	for (size_t i = 0; i < covered; i++) {
		char was = text.data[i];

		text.data[i] ^= 1;
		put(place->lines, text.data, text.len);
		verify_must_name(place, seq);
		text.data[i] = was;
		seq += was == '\n';
	}
	str_release(&text);
}

static void damage_between_the_head_and_the_last_line_is_refused(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;

	make_head_lag(place, 2, 3, &text);
	strstr(text.data, "note \\\"4")[0] = 'N';
	put(place->lines, text.data, text.len);
	verify_must_name(place, 4);
	open_must_name(place, 4);
	strstr(text.data, "{\"seq\":4")[0] = '[';
	put(place->lines, text.data, text.len);
	verify_must_name(place, 4);
	open_must_name(place, 4);
	str_release(&text);
}

static void a_record_that_the_head_vouches_for_is_not_blamed(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;

	make_head_lag(place, 2, 1, &text);
	text.data[text.len - 10] ^= 1; /* in the "prev" of record 3 */
	put(place->lines, text.data, text.len);
	verify_must_name(place, 3);
	open_must_name(place, 3);
	str_release(&text);
}

static void a_torn_tail_is_cut_at_whatever_byte(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	struct str head = STR_INIT;
	size_t start;

	make_head_lag(place, 2, 1, &text);
	get(place->head, &head);
	start = (size_t)(strstr(text.data, "{\"seq\":3") - text.data);
	for (size_t len = start; len < text.len; len++) {
		struct journal *journal;
		size_t torn = 9999;

		put(place->lines, text.data, len);
		put(place->head, head.data, head.len);
		must_be_whole(place, 2, len - start);
		journal = opened(place, &torn);
		assert_int_equal(torn, len - start);
		append_notes(journal, 1);
		journal_free(journal);
		must_be_whole(place, 3, 0);
	}
	str_release(&text);
	str_release(&head);
}

static void a_last_line_of_rubbish_past_the_head_is_cut(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	size_t torn = 0;

	write_notes(place, 2);
	get(place->lines, &text);
	str_add_bytes(&text, "\0\0\0\xff{\n", 6);
	put(place->lines, text.data, text.len);
	must_be_whole(place, 2, 6);
	journal_free(opened(place, &torn));
	assert_int_equal(torn, 6);
	must_be_whole(place, 2, 0);
	str_release(&text);
}

static void a_synced_record_that_is_gone_is_named(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	size_t third;

	write_notes(place, 4);
	get(place->lines, &text);
	third = (size_t)(strstr(text.data, "{\"seq\":3") - text.data);
	for (size_t len = third; len < text.len; len++) {
		int64_t gone = len < (size_t)(strstr(text.data, "{\"seq\":4") -
					      text.data)
				       ? 3
				       : 4;

		put(place->lines, text.data, len);
		verify_must_name(place, gone);
		open_must_name(place, gone);
	}
	str_release(&text);
}

static void a_power_loss_takes_only_what_was_not_synced(void **state)
{
	struct place *place = *state;
	struct str text = STR_INIT;
	struct journal *journal;
	size_t torn = 0;
	size_t third;

	write_notes(place, 2);
	journal = opened(place, NULL);
	append_notes(journal, 2);
	journal_free(journal); /* flushed, never synced */
	get(place->lines, &text);
	third = (size_t)(strstr(text.data, "{\"seq\":3") - text.data);
	put(place->lines, text.data, third + 10);
	verify_must_name(place, 3);
	journal = opened(place, &torn);
	assert_int_equal(journal_last_seq(journal), 2);
	assert_int_equal(torn, text.len - third);
	append_notes(journal, 1);
	journal_free(journal);
	must_be_whole(place, 3, 0);
	str_release(&text);
}

static void a_newer_format_is_refused_by_name(void **state)
{
	static const char line[] = "{\"journal\":\"signalbox\",\"format\":2}\n";
	struct place *place = *state;
	struct error err = ERROR_INIT;

	put(place->lines, line, strlen(line));
	assert_null(journal_open(place->folder, NULL, &err));
	assert_non_null(strstr(err.message, "newer"));
	error_clear(&err);
}

static void batches_are_written_in_order_and_may_be_tried_again(void **state)
{
	struct place *place = *state;
	struct journal *journal = journal_create(place->folder, "run", NULL);
	struct journal_batch *first;
	struct journal_batch *second;
	struct error err = ERROR_INIT;

	assert_non_null(journal);
	assert_null(journal_take(journal));
	append_notes(journal, 2);
	first = journal_take(journal);
	append_notes(journal, 1);
	second = journal_take(journal);
	assert_null(journal_take(journal));
	must_be_whole(place, 0, 0);
	assert_int_equal(journal_write(second, true, &err), -1);
	assert_int_equal(err.code, ERROR_IO);
	error_clear(&err);
	assert_int_equal(journal_write(first, false, NULL), 0);
	must_be_whole(place, 2, 0);
	assert_int_equal(journal_write(second, true, NULL), 0);
	must_be_whole(place, 3, 0);
	journal_batch_free(first);
	journal_batch_free(second);
	append_notes(journal, 1);
	journal_free(journal);
	must_be_whole(place, 4, 0);
}

static void the_reserve_is_kept_while_open(void **state)
{
	struct place *place = *state;
	struct journal *journal = journal_create(place->folder, "run", NULL);
	struct stat st;

	assert_int_equal(stat(place->reserve, &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
	assert_true(st.st_blocks >= (1 << 20) / 512);
	journal_free(journal);
	assert_false(file_exists(place->reserve));
}

static void the_reserve_stays_where_that_is_asked(void **state)
{
	struct place *place = *state;
	struct journal *journal =
		journal_create(place->folder, "environment", NULL);

	journal_leave_reserve(journal);
	journal_free(journal);
	assert_true(file_exists(place->reserve));
	journal = journal_open(place->folder, NULL, NULL);
	journal_free(journal);
	assert_false(file_exists(place->reserve));
}

static void fill_disk(const struct place *place)
{
	char *path = path_join(place->folder, "filler");
	FILE *file = fopen(path, "we");
	char block[512] = {1};

	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(block, sizeof(block), 1, file) == 1)
		;
	fclose(file);
	free(path);
}

static void record_on_a_full_disk(const struct place *place)
{
	struct journal *journal = journal_create(place->folder, "run", NULL);
	struct error err = ERROR_INIT;
	int64_t written = 0;

	assert_non_null(journal);
	append_notes(journal, 1);
	assert_int_equal(journal_sync(journal, NULL), 0);
	fill_disk(place);
	while (file_exists(place->reserve)) {
		append_notes(journal, 100);
		assert_int_equal(journal_sync(journal, NULL), 0);
	}
	for (;;) { /* the reserve is used up */
		written = journal_last_seq(journal);
		append_notes(journal, 500);
		if (journal_sync(journal, &err) < 0)
			break;
	}
	assert_int_equal(err.code, ERROR_IO);
	error_clear(&err);
	must_be_whole(place, written, 0);
	assert_true(written > 1000);
	/* Room again: what stayed queued is written. */
	{
		char *filler = path_join(place->folder, "filler");

		unlink(filler);
		free(filler);
	}
	assert_int_equal(journal_sync(journal, NULL), 0);
	must_be_whole(place, written + 500, 0);
	journal_free(journal);
}

/* On a small file system of its own, where this user may mount one. */
static void decisions_are_recorded_on_a_full_disk(void **state)
{
	struct place *place = *state;
	char *mount = xasprintf("mount -t tmpfs -o size=3m signalbox '%s' "
				">/dev/null 2>&1",
				place->folder);
	char *unmount = xasprintf("umount '%s'", place->folder);
	int mounted = system(mount);

	if (mounted == 0) {
		record_on_a_full_disk(place);
		assert_int_equal(system(unmount), 0);
	}
	free(mount);
	free(unmount);
	if (mounted != 0)
		skip();
}

#define PLACED(test) \
	cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(what_is_shown_is_the_event_without_the_chain),
		PLACED(what_is_appended_is_read),
		PLACED(the_taker_ends_the_reading),
		PLACED(every_prev_is_the_digest_of_the_line_before),
		PLACED(a_second_journal_in_a_folder_is_refused),
		PLACED(opening_goes_on_behind_the_last_record),
		PLACED(a_journal_without_records_is_whole),
		PLACED(an_absent_journal_is_not_found),
		PLACED(any_changed_bit_is_found_and_its_record_named),
		PLACED(any_changed_high_bit_is_found),
		PLACED(any_changed_byte_of_a_lone_record_is_found),
		PLACED(any_changed_byte_of_the_first_line_alone_is_found),
		PLACED(a_byte_made_a_newline_is_found),
		PLACED(a_removed_or_doubled_record_is_named),
		PLACED(any_changed_byte_of_the_head_is_found),
		PLACED(a_missing_head_is_no_whole_journal),
		PLACED(records_past_a_head_that_lags_are_kept),
		PLACED(a_covered_record_is_safe_though_the_head_lags),
		PLACED(damage_between_the_head_and_the_last_line_is_refused),
		PLACED(a_record_that_the_head_vouches_for_is_not_blamed),
		PLACED(a_torn_tail_is_cut_at_whatever_byte),
		PLACED(a_last_line_of_rubbish_past_the_head_is_cut),
		PLACED(a_synced_record_that_is_gone_is_named),
		PLACED(a_power_loss_takes_only_what_was_not_synced),
		PLACED(a_newer_format_is_refused_by_name),
		PLACED(batches_are_written_in_order_and_may_be_tried_again),
		PLACED(the_reserve_is_kept_while_open),
		PLACED(the_reserve_stays_where_that_is_asked),
		PLACED(decisions_are_recorded_on_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
