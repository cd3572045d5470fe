/* SPDX-License-Identifier: MIT */

#include "report/chains.h"

#include <stdio.h>

#include "base/memory.h"
#include "support/cmocka.h"

static void assert_chain(const struct chains *chains, const char *name,
			 const char *want)
{
	struct str text = STR_INIT;

	if (chains_text(chains, name, &text) != !!want ||
	    !str_equal(text.data, want ? want : ""))
		fail_msg("%s: '%s'", name, text.data);
	str_release(&text);
}

static void the_shortest_way_is_told(void **state)
{
	struct chains chains = {0};

	(void)state;
	chains_link(&chains, "a", "b");
	chains_link(&chains, "b", "c");
	chains_link(&chains, "c", "d");
	chains_link(&chains, "b", "d");
	chains_link(&chains, "x", "y");
	chains_root(&chains, "a");
	chains_label(&chains, "a", "app");
	chains_label(&chains, "d", "left-pad");
	chains_settle(&chains);
	assert_chain(&chains, "d", "app > b > left-pad");
	assert_chain(&chains, "b", "app > b");
	assert_chain(&chains, "a", NULL);
	assert_chain(&chains, "y", NULL);
	assert_chain(&chains, "nobody", NULL);
	chains_release(&chains);
}

static void without_a_root_they_begin_at_what_nothing_needs(void **state)
{
	struct chains chains = {0};

	(void)state;
	chains_link(&chains, "b", "c");
	chains_link(&chains, "a", "b");
	chains_settle(&chains);
	assert_chain(&chains, "c", "a > b > c");
	chains_release(&chains);
	chains_settle(&chains);
	assert_chain(&chains, "a", NULL);
	chains_release(&chains);
}

static void circles_end(void **state)
{
	struct chains chains = {0};

	(void)state;
	chains_root(&chains, "a");
	chains_link(&chains, "a", "b");
	chains_link(&chains, "b", "a");
	chains_link(&chains, "b", "b");
	chains_link(&chains, "b", "c");
	chains_settle(&chains);
	assert_chain(&chains, "c", "a > b > c");
	chains_release(&chains);
	chains_link(&chains, "a", "b");
	chains_link(&chains, "b", "a");
	chains_settle(&chains);
	assert_chain(&chains, "b", NULL);
	chains_release(&chains);
}

static void a_very_long_one_is_not_told(void **state)
{
	static char names[100001][8];
	struct chains chains = {0};
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i <= 100000; i++)
		snprintf(names[i], sizeof(names[i]), "%d", i);
	chains_root(&chains, "0");
	for (int i = 0; i < 100000; i++)
		chains_link(&chains, names[i], names[i + 1]);
	chains_settle(&chains);
	assert_true(chains_text(&chains, "31", &text));
	assert_false(chains_text(&chains, "32", &text));
	assert_false(chains_text(&chains, "100000", &text));
	str_release(&text);
	chains_release(&chains);
}

/* One that brings in many must not be copied whole for each. */
static void long_names_are_cut_in_a_chain(void **state)
{
	struct chains chains = {0};
	struct str name = STR_INIT;
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		str_add(&name, "n");
	chains_link(&chains, name.data, "b");
	chains_link(&chains, "r", name.data);
	chains_root(&chains, "r");
	chains_label(&chains, "r", name.data);
	chains_settle(&chains);
	assert_true(chains_text(&chains, "b", &text));
	assert_true(text.len < 1024);
	str_release(&text);
	str_release(&name);
	chains_release(&chains);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shortest_way_is_told),
		cmocka_unit_test(
			without_a_root_they_begin_at_what_nothing_needs),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(a_very_long_one_is_not_told),
		cmocka_unit_test(long_names_are_cut_in_a_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
