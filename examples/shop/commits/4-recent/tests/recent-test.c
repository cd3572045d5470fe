#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "products.h"
#include "recent.h"

static void the_first_view_is_its_own_neighbour(void **state)
{
	struct recent recent = {.next = 0};

	(void)state;
	assert_ptr_equal(recent_view(&recent, product_find(1)),
			 product_find(1));
}

static void every_view_finds_a_product(void **state)
{
	struct recent recent = {.next = 0};

	(void)state;
	for (int i = 0; i < 10 * RECENT_COUNT; i++)
		assert_non_null(recent_view(&recent, product_find(1 + i % 20)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_view_is_its_own_neighbour),
		cmocka_unit_test(every_view_finds_a_product),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
