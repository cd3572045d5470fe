/* SPDX-License-Identifier: MIT */
/* What reports say, as tables on a terminal, read on a helper. */
#include "screen/stage.h"

#include <stdlib.h>

#include "base/file.h"
#include "evidence/kept-path.h"
#include "support/folder.h"

/* The story tells its digest. */
static const char kept[] =
	"{\"evidence\":{\"by\":\"signalbox\",\"format\":1,\"stage\":\"scan\"}}"
	"\n"
	"{\"report\":{\"path\":\"t.json\",\"fresh\":true,\"ok\":false}}\n"
	"{\"finding\":{\"id\":\"CVE-2031-1\",\"kind\":\"vulnerability\","
	"\"severity\":\"high\",\"title\":\"Moss\\u001b]52;c;eA==\\u0007 "
	"grows\","
	"\"package\":\"libmoss\",\"state\":\"open\",\"key\":\"1\"}}\n"
	"{\"finding\":{\"id\":\"CVE-2031-2\",\"kind\":\"vulnerability\","
	"\"severity\":\"low\",\"title\":\"Fern \xe2\x80\xae "
	"wilts\",\"package\":"
	"\"libfern\",\"state\":\"open\",\"key\":\"2\"}}\n"
	"{\"test\":{\"name\":\"it keeps\",\"outcome\":\"failed\",\"message\":"
	"\"one\\u000atwo \\u001b[2J three\"}}\n"
	"{\"coverage\":{\"path\":\"src/moss.c\",\"lines\":4,\"covered\":1,"
	"\"branches\":0,\"branches-covered\":0}}\n"
	"{\"end\":{\"whole\":true}}\n";

static struct terminal *open_on(const char *folder)
{
	char *path = evidence_path(folder, "scan");
	char *logs = path_join(folder, "logs");

	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	assert_int_equal(file_replace(path, kept, strlen(kept), 0600, NULL), 0);
	free(logs);
	free(path);
	return stage_open_in(folder, "gate.ndjson", GATE_NOW, 24, 80);
}

static void the_tables_open_filter_and_close(void **state)
{
	struct terminal *terminal = open_on(*state);
	char *screen;

	terminal_keys(terminal, "3\r");
	terminal_expect(terminal, "FINDINGS 2");
	terminal_expect(terminal, "libfern");
	terminal_keys(terminal, "&sev:high\r");
	terminal_expect(terminal, "only sev:high: 1");
	screen = terminal_text(terminal);
	assert_null(strstr(screen, "libfern"));
	assert_non_null(strstr(screen, "libmoss"));
	free(screen);
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "HIGH CVE-2031-1");
	terminal_keys(terminal, "\033");
	terminal_keys(terminal, "\033");
	terminal_expect(terminal, "libfern");
	terminal_keys(terminal, "/fern\r");
	terminal_expect(terminal, "find fern: 1");
	terminal_keys(terminal, "\t");
	terminal_expect(terminal, "it keeps");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "two ^[[2J three");
	terminal_keys(terminal, "\033");
	terminal_keys(terminal, "\t\t");
	terminal_expect(terminal, "25.0 %");
	terminal_keys(terminal, "r");
	terminal_expect(terminal, "src/moss.c");
	terminal_keys(terminal, "\033");
	terminal_expect(terminal, "PIPELINE");
	terminal_free(terminal);
}

/* What is asked for and left at once is dropped when it comes. */
static void a_table_may_be_left_while_it_is_read(void **state)
{
	struct terminal *terminal = open_on(*state);

	for (int i = 0; i < 20; i++)
		terminal_keys(terminal, "TrqT4");
	terminal_keys(terminal, "T");
	terminal_expect(terminal, "it keeps");
	terminal_free(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(the_tables_open_filter_and_close),
		WITH_FOLDER(a_table_may_be_left_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
