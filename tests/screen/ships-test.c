/* SPDX-License-Identifier: MIT */
/* What ships, on a terminal, out of a real repository. */
#include "screen/stage.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "event/journal.h"
#include "unit/source/scratch.h"

/* v1 is live; three commits later hostile names, a migration, a long file. */
static void make_history(const char *root)
{
	scratch_run(root,
		    "git init -q -b main && mkdir -p src db/migrations &&"
		    "seq 100 >src/a.c && git add . && git commit -qm one &&"
		    "git tag v1 &&"
		    "export GIT_COMMITTER_DATE='1700000200 +0000' && sed -i "
		    "'s/^5$/five/' src/a.c &&"
		    "git commit -qam 'Spell five' &&"
		    "export GIT_COMMITTER_DATE='1700000300 +0000' &&"
		    "echo x >db/migrations/7.sql &&"
		    "printf 'a\\033]52;c;eA==\\007b\\n' >"
		    "\"src/$(printf 'e\\033[2Jvil').c\" && git add . &&"
		    "git commit -qm \"$(printf 'E\\033[31mvil "
		    "\\342\\200\\256subject')\" &&"
		    "export GIT_COMMITTER_DATE='1700000400 +0000' &&"
		    "seq 3000 >src/long.c && git add . &&"
		    "git commit -qm 'Long'");
}

static void append(struct journal *journal, const char *line)
{
	struct event *event = event_decode(line, strlen(line), NULL);

	assert_non_null(event);
	journal_append(journal, event);
	event_free(event);
}

#define AT "\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\","

static void put_run(const char *root, int number, const char *tests)
{
	char *folder = xasprintf("%s/.git/signalbox/runs/%d", root, number);
	char *logs = path_join(folder, "logs");
	char *list = path_join(logs, "unit.tests");
	struct journal *journal = journal_create(folder, "run", NULL);
	char *start = xasprintf("{" AT "\"event\":\"run.started\",\"run\":%d,"
				"\"stages\":[{\"name\":\"unit\",\"kind\":"
				"\"run\",\"needs\":[]}]}",
				number);

	assert_non_null(journal);
	append(journal, start);
	append(journal, "{" AT "\"event\":\"report.read\",\"stage\":\"unit\","
			"\"path\":\"-\",\"kind\":\"tests\",\"ok\":true}");
	assert_int_equal(journal_flush(journal, NULL), 0);
	journal_free(journal);
	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	assert_int_equal(file_replace(list, tests, strlen(tests), 0600, NULL),
			 0);
	free(start);
	free(list);
	free(logs);
	free(folder);
}

static struct terminal *open_on(const char *root)
{
	char *old, *now, *events;
	struct terminal *terminal;

	make_history(root);
	put_run(root, 6, "passed\tkept\npassed\tweak\n");
	put_run(root, 7, "passed\tkept\nskipped\tweak\npassed\tcame\n");
	old = scratch_ask(root, "git rev-parse v1");
	now = scratch_ask(root, "git rev-parse HEAD");
	events = xasprintf(
		"{" AT "\"event\":\"run.started\",\"run\":7,\"pipeline\":"
		"\"shop\",\"mode\":\"delivery\",\"commit\":\"%s\","
		"\"version\":\"v2\",\"stages\":[{\"name\":\"unit\",\"kind\":"
		"\"run\",\"needs\":[]},{\"name\":\"live\",\"kind\":\"deploy\","
		"\"environment\":\"production\",\"needs\":[]}]}\n"
		"{\"seq\":2,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"environment.seen\",\"environment\":\"production\",\"live\":"
		"{\"colour\":\"blue\",\"version\":\"v1\",\"commit\":\"%s\","
		"\"run\":6}}\n",
		now, old);
	if (chdir(root) < 0)
		fail_msg("cannot enter %s", root);
	terminal = stage_open(NULL, "2026-11-20T14:00:00.500Z", 24, 80,
			      "A=", NULL);
	terminal_tell(terminal, events, strlen(events));
	free(old);
	free(now);
	free(events);
	return terminal;
}

/* The folder is removed: nobody may stand in it. */
static void leave(struct terminal *terminal)
{
	terminal_free(terminal);
	if (chdir("/") < 0)
		fail_msg("cannot leave");
}

static void what_ships_opens_folds_and_closes(void **state)
{
	struct terminal *terminal = open_on(*state);
	char *screen;

	terminal_keys(terminal, "d");
	terminal_expect(terminal, "3 commits by 1 person   4 files");
	terminal_expect(terminal, "SHIPS TO PRODUCTION");
	terminal_expect(terminal, "v2 over v1");
	terminal_expect(terminal, "migrations: 1 file; the way back does not");
	terminal_expect(terminal, "7.sql");
	terminal_expect(terminal, "+1 added  -0 removed  ! 1 newly skipped");
	terminal_expect(terminal, "skipped now weak");
	/* The files fold into their section. */
	terminal_keys(terminal, "l\r");
	terminal_expect(terminal, "+ files");
	screen = terminal_text(terminal);
	assert_null(strstr(screen, "7.sql"));
	free(screen);
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "7.sql");
	/* The changes of src/a.c. */
	terminal_keys(terminal, "jjjj\r");
	terminal_expect(terminal, "-5\n");
	terminal_expect(terminal, "+five\n");
	terminal_keys(terminal, "\033");
	terminal_expect(terminal, "SHIPS TO PRODUCTION");
	terminal_keys(terminal, "\033");
	terminal_expect(terminal, "PIPELINE");
	leave(terminal);
}

/* r asks anew what ships, not for the changes that are on their way. */
static void what_is_read_arrives_though_r_follows_at_once(void **state)
{
	struct terminal *terminal = open_on(*state);

	terminal_keys(terminal, "d");
	terminal_expect(terminal, "skipped now weak");
	terminal_keys(terminal, "ljjjj");
	terminal_keys(terminal, "\rr");
	terminal_expect(terminal, "+five\n");
	leave(terminal);
}

static void long_changes_scroll(void **state)
{
	struct terminal *terminal = open_on(*state);

	terminal_keys(terminal, "d");
	terminal_expect(terminal, "skipped now weak");
	terminal_keys(terminal, "lG");
	terminal_keys(terminal, "hh");
	terminal_keys(terminal, "jjjjjj\r");
	terminal_expect(terminal, "of 3,00");
	terminal_keys(terminal, "G");
	terminal_expect(terminal, "+3000\n");
	leave(terminal);
}

static void hostile_names_and_subjects_draw_nothing(void **state)
{
	struct terminal *terminal = open_on(*state);
	const struct str *bytes;

	terminal_keys(terminal, "d");
	terminal_expect(terminal, "E^[[31mvil");
	terminal_expect(terminal, "e^[[2Jvil.c");
	/* Its commit has all of it once more, and the file's bytes. */
	terminal_keys(terminal, "jj\r");
	terminal_expect(terminal, "a^[]52;c;eA==^Gb");
	bytes = terminal_bytes(terminal);
	stage_check_sequences(bytes->data, bytes->len);
	assert_null(strstr(bytes->data, "\xe2\x80\xae"));
	leave(terminal);
}

static char *read_drafts(const char *root)
{
	char *path = path_join(root, ".signalbox-exceptions");
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 4096, NULL), 0);
	free(path);
	return str_detach(&text);
}

static void an_exception_is_drafted_and_grants_nothing(void **state)
{
	static const char events[] =
		"{\"seq\":3,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"report.read\",\"stage\":\"unit\",\"path\":\"x\",\"kind\":"
		"\"findings\",\"high\":1,\"fail-on\":\"high\",\"ok\":false}\n"
		"{\"seq\":4,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"finding.found\",\"stage\":\"unit\",\"id\":\"CVE-1\\nCVE-2\","
		"\"severity\":\"high\",\"title\":\"overflow\\u001b[2J\","
		"\"kind\":\"vulnerability\",\"package\":\"zlib\",\"installed\":"
		"\"1.0\","
		"\"fixed\":\"1.1\"}\n";
	struct terminal *terminal = open_on(*state);
	char *drafts;

	terminal_tell(terminal, events, sizeof(events) - 1);
	terminal_keys(terminal, "2W");
	terminal_expect(terminal, "W is off: the security panel");
	terminal_keys(terminal, "3\r");
	terminal_expect(terminal, "FINDINGS 1");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "package  zlib 1.0");
	terminal_expect(terminal, "fix      in 1.1");
	terminal_expect(terminal, "unit fails on high and above");
	terminal_expect(terminal, "overflow^[[2J");
	terminal_expect(terminal, "since    this run");
	terminal_keys(terminal, "\r");
	terminal_keys(terminal, "W");
	terminal_expect(terminal, "2026-11-27, 7 days");
	terminal_expect(terminal, "file     .signalbox-exceptions, which no "
				  "scan reads yet");
	terminal_keys(terminal, "short\r");
	terminal_expect(terminal, "15 characters or more");
	terminal_expect(terminal, "kind     risk-accepted (1 of 7");
	terminal_keys(terminal, " of time, mended next week");
	terminal_send(terminal, "\033OB", 3, 1);
	terminal_send(terminal, "\033OD", 3, 1);
	terminal_expect(terminal, "kind     test-only (7 of 7");
	terminal_send(terminal, "\033OD", 3, 1);
	terminal_expect(terminal, "kind     fix-deferred (6 of 7");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "no scan reads it");
	drafts = read_drafts(*state);
	assert_string_equal(drafts,
			    "# reason: short of time, mended next week\n"
			    "# kind: fix-deferred\n# owner: ana\n# "
			    "reviewer:\n# until: 2026-12-20\n"
			    "# severity: high\n"
			    "CVE-1?CVE-2 zlib\n");
	free(drafts);
	terminal_keys(terminal, "W");
	terminal_keys(terminal, "once more for the same one\r");
	terminal_expect(terminal, "has an entry for it already");
	scratch_run(*state, "printf 'name: s\\nstages:\\n  unit:\\n    run: "
			    "x\\n    scan: {report: r, exceptions: "
			    "[.trivyignore, ours]}\\n' >signalbox.yaml");
	terminal_keys(terminal, "W");
	terminal_expect(terminal, "file     ours ");
	terminal_keys(terminal, "\033");
	/* No command left: nothing was granted. */
	drafts = terminal_commands(terminal);
	assert_string_equal(drafts, "");
	free(drafts);
	leave(terminal);
}

static void where_there_is_no_repository_it_says_so(void **state)
{
	struct terminal *terminal = open_on(*state);

	scratch_run(*state, "rm -rf .git");
	terminal_keys(terminal, "d");
	terminal_expect(terminal, "no git repository");
	terminal_keys(terminal, "q");
	terminal_expect(terminal, "PIPELINE");
	leave(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_ships_opens_folds_and_closes),
		scratch_test(what_is_read_arrives_though_r_follows_at_once),
		scratch_test(long_changes_scroll),
		scratch_test(hostile_names_and_subjects_draw_nothing),
		scratch_test(an_exception_is_drafted_and_grants_nothing),
		scratch_test(where_there_is_no_repository_it_says_so),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
