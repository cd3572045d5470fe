#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cart.h"

static void an_empty_cart_costs_nothing(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	assert_int_equal(cart_total(&cart), 0);
	assert_int_equal(cart_pieces(&cart), 0);
}

static void one_lamp_costs_its_price(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	assert_int_equal(cart_add(&cart, 1, 1), 0);
	assert_int_equal(cart_total(&cart), 2900);
}

static void the_same_item_stays_one_line(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	cart_add(&cart, 6, 2);
	cart_add(&cart, 6, 3);
	assert_int_equal(cart.lines, 1);
	assert_int_equal(cart_pieces(&cart), 5);
}

static void a_hundred_gives_five_percent_back(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	cart_add(&cart, 3, 1);
	assert_int_equal(cart_total(&cart), 24900 - 1245);
}

static void unknown_items_are_refused(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	assert_int_equal(cart_add(&cart, 0, 1), -1);
	assert_int_equal(cart_add(&cart, 21, 1), -1);
}

static void no_pieces_are_refused(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	assert_int_equal(cart_add(&cart, 1, 0), -1);
	assert_int_equal(cart_add(&cart, 1, -3), -1);
}

static void a_full_cart_takes_no_new_line(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	for (int item = 1; item <= CART_LINES; item++)
		assert_int_equal(cart_add(&cart, item, 1), 0);
	assert_int_equal(cart_add(&cart, CART_LINES + 1, 1), -1);
}

static void more_than_ninety_nine_are_refused(void **state)
{
	struct cart cart = {.lines = 0};

	(void)state;
	assert_int_equal(cart_add(&cart, 6, 99), 0);
	assert_int_equal(cart_add(&cart, 7, 1), -1);
}

static void pieces_default_to_one(void **state)
{
	int item, pieces;

	(void)state;
	assert_int_equal(cart_parse("{\"item\": 4}", &item, &pieces), 0);
	assert_int_equal(item, 4);
	assert_int_equal(pieces, 1);
}

static void pieces_are_read(void **state)
{
	int item, pieces;

	(void)state;
	cart_parse("{\"item\": 4, \"pieces\": 7}", &item, &pieces);
	assert_int_equal(pieces, 7);
}

static void a_body_without_item_is_refused(void **state)
{
	int item, pieces;

	(void)state;
	assert_int_equal(cart_parse("{\"thing\": 4}", &item, &pieces), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_cart_costs_nothing),
		cmocka_unit_test(one_lamp_costs_its_price),
		cmocka_unit_test(the_same_item_stays_one_line),
		cmocka_unit_test(a_hundred_gives_five_percent_back),
		cmocka_unit_test(unknown_items_are_refused),
		cmocka_unit_test(no_pieces_are_refused),
		cmocka_unit_test(a_full_cart_takes_no_new_line),
		cmocka_unit_test(more_than_ninety_nine_are_refused),
		cmocka_unit_test(pieces_default_to_one),
		cmocka_unit_test(pieces_are_read),
		cmocka_unit_test(a_body_without_item_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
