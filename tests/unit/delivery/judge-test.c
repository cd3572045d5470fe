/* SPDX-License-Identifier: MIT */
/* The test of two proportions: against numbers of an independent program, by
 * counting out every outcome, and by simulation from fixed seeds. */
#include "support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "delivery/judge.h"

#define ALARM 0.01
#define LOOKS 400

struct row {
	int64_t stable_n, stable_bad, n, bad;
};

static double evidence_of(double margin, int64_t learnt_n, int64_t learnt_bad,
			  const struct row *rows, size_t count)
{
	struct judge *judge = judge_new(ALARM, margin);
	struct judge_opinion opinion;

	judge_learn(judge, learnt_n, learnt_bad);
	for (size_t i = 0; i < count; i++)
		judge_look(judge, rows[i].stable_n, rows[i].stable_bad,
			   rows[i].n, rows[i].bad);
	judge_opinion(judge, 0, &opinion);
	judge_free(judge);
	return opinion.evidence;
}

static void assert_near(double value, double wanted)
{
	if (!(fabs(value - wanted) <= 1e-6 * wanted))
		fail_msg("%.12g instead of %.12g", value, wanted);
}

/* A Python program that finds the nearest shares by golden section on the
 * sum of divergences, which is another way to them. */
static void evidence_is_that_of_an_independent_program(void **state)
{
	static const struct row rising[] = {
		{900, 1, 100, 1}, {950, 3, 105, 4}, {870, 2, 98, 3}};
	static const struct row one[] = {{50, 1, 50, 12}};
	static const struct row same[] = {
		{500, 5, 500, 4}, {500, 5, 500, 4}, {500, 5, 500, 4}};

	(void)state;
	assert_near(evidence_of(0, 1000, 2, rising, 3), 2532.931396345826);
	assert_near(evidence_of(0.005, 1000, 2, rising, 3), 14.688537239115199);
	assert_near(evidence_of(0.01, 200, 0, one, 1), 63.17548471406136);
	assert_near(evidence_of(0, 5000, 40, same, 3), 0.23049645447050784);
}

static double binomial(int n, int k, double p)
{
	double chance = 1;

	for (int i = 0; i < k; i++)
		chance *= p * (double)(n - i) / (double)(i + 1);
	return chance * pow(1 - p, n - k);
}

#define SMALL_STABLE 5
#define SMALL_OWN 3

/* The mean of the evidence after two looks, over every outcome of both. */
static double mean_evidence(double stable, double own, double margin)
{
	double mean = 0;

	for (int i = 0; i <= SMALL_STABLE; i++)
		for (int j = 0; j <= SMALL_OWN; j++)
			for (int k = 0; k <= SMALL_STABLE; k++)
				for (int l = 0; l <= SMALL_OWN; l++) {
					struct row rows[] = {
						{SMALL_STABLE, i, SMALL_OWN, j},
						{SMALL_STABLE, k, SMALL_OWN, l},
					};
					mean += binomial(SMALL_STABLE, i,
							 stable) *
						binomial(SMALL_OWN, j, own) *
						binomial(SMALL_STABLE, k,
							 stable) *
						binomial(SMALL_OWN, l, own) *
						evidence_of(margin, 10, 1, rows,
							    2);
				}
	return mean;
}

static void mean_evidence_of_one_no_worse_is_at_most_1(void **state)
{
	static const double margins[] = {0, 0.005, 0.1};

	(void)state;
	for (size_t m = 0; m < ARRAY_SIZE(margins); m++)
		for (double stable = 0.01; stable < 0.9; stable += 0.22)
			for (int better = 0; better < 3; better++) {
				double own = stable + margins[m] -
					     better * stable / 3;
				double mean =
					mean_evidence(stable, own, margins[m]);

				if (!(mean <= 1 + 1e-9))
					fail_msg("%g at %g, %g, margin %g",
						 mean, stable, own, margins[m]);
			}
	/* and it would grow if the candidate were worse */
	assert_true(mean_evidence(0.1, 0.6, 0) > 2);
}

/* splitmix64: the same on each machine. */
static double next_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static int64_t draw(uint64_t *seed, int64_t n, double p)
{
	int64_t bad = 0;

	for (int64_t i = 0; i < n; i++)
		bad += next_random(seed) < p;
	return bad;
}

struct world {
	double stable, own, margin;
	int64_t stable_n, n; /* a look */
	int looks, runs;
	/* found */
	int worse;
	double mean_requests;
};

/* Looks until it is said to be worse, or `looks` are over. */
static bool run_once(const struct world *world, uint64_t *seed,
		     struct judge_opinion *opinion)
{
	struct judge *judge = judge_new(ALARM, world->margin);
	bool worse = false;

	judge_learn(judge, 10 * world->stable_n,
		    draw(seed, 10 * world->stable_n, world->stable));
	for (int i = 0; i < world->looks && !worse; i++) {
		int64_t stable = draw(seed, world->stable_n, world->stable);
		int64_t own = draw(seed, world->n, world->own);

		worse = judge_look(judge, world->stable_n, stable, world->n,
				   own);
	}
	judge_opinion(judge, 0, opinion);
	judge_free(judge);
	return worse;
}

static void simulate(struct world *world)
{
	uint64_t seed = 20261121;
	int64_t requests = 0;

	for (int i = 0; i < world->runs; i++) {
		struct judge_opinion opinion;

		world->worse += run_once(world, &seed, &opinion);
		requests += opinion.n;
	}
	world->mean_requests = (double)requests / world->runs;
	print_message("%.1f %% against %.1f %%, margin %.1f: %d of %d said to "
		      "be worse, after %.0f requests on average\n",
		      100 * world->own, 100 * world->stable,
		      100 * world->margin, world->worse, world->runs,
		      world->mean_requests);
}

/* The issue asks that 95 of 100 such are promoted; the promise is 99. */
static void same_candidate_is_promoted_after_400_looks(void **state)
{
	static const double shares[] = {0.001, 0.01, 0.1};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		struct world world = {shares[i], shares[i], 0, 180, 20,
				      LOOKS,	 300,	    0, 0};

		simulate(&world);
		assert_true(world.worse <= 3);
	}
}

static void candidate_at_its_margin_is_promoted(void **state)
{
	struct world world = {0.002, 0.007, 0.005, 180, 20, LOOKS, 300, 0, 0};

	(void)state;
	simulate(&world);
	assert_true(world.worse <= 3);
}

static void better_candidate_is_never_said_to_be_worse(void **state)
{
	struct world world = {0.02, 0.01, 0, 100, 100, LOOKS, 100, 0, 0};

	(void)state;
	simulate(&world);
	assert_int_equal(world.worse, 0);
}

static void candidate_that_is_1_percent_worse_is_found(void **state)
{
	struct world none = {0, 0.01, 0, 180, 20, LOOKS, 100, 0, 0};
	struct world few = {0.001, 0.011, 0, 180, 20, LOOKS, 100, 0, 0};
	struct world many = {0.01, 0.02, 0, 180, 20, LOOKS, 100, 0, 0};
	struct world over = {0.001, 0.011, 0.005, 180, 20, LOOKS, 100, 0, 0};

	(void)state;
	simulate(&none);
	assert_int_equal(none.worse, none.runs);
	assert_true(none.mean_requests < 600);
	simulate(&few);
	assert_int_equal(few.worse, few.runs);
	assert_true(few.mean_requests < 900);
	simulate(&many);
	assert_true(many.worse >= 95);
	simulate(&over);
	assert_true(over.worse >= 90);
}

/* After a part of what it takes; "so many more" is right within a factor of
 * 2.5 of what it takes on average when the excess is the one that is seen. */
static void needed_requests_are_about_right(void **state)
{
	struct judge *judge = judge_new(ALARM, 0);
	struct judge_opinion opinion;
	int64_t foretold, more = 0;

	(void)state;
	judge_learn(judge, 10000, 20);
	for (int i = 0; i < 5; i++)
		judge_look(judge, 900, 2, 100, 1);
	judge_opinion(judge, 0, &opinion);
	foretold = opinion.needed;
	assert_true(foretold > 0);
	while (!opinion.worse && more < 100000) {
		judge_look(judge, 900, 2, 100, 1);
		more += 100;
		judge_opinion(judge, 0, &opinion);
	}
	print_message("%ld foretold, %ld needed\n", (long)foretold, (long)more);
	assert_true(more < 5 * foretold / 2 && foretold < 5 * more / 2);
	assert_int_equal(opinion.needed, 0);
	judge_free(judge);
}

/* FIELD.md's table (one look at the end, alpha 5 %, power 80 %, 10 % of the
 * traffic, base 0.1 %): 300 requests 1.0 %, 3,000 0.29 %, 30,000 0.15 %. One
 * that may be read at every look at alpha 1 % sees no less, and not more than
 * three times as much. */
static void smallest_effect_is_near_that_of_the_classical_test(void **state)
{
	static const struct {
		int64_t n;
		double share;
	} table[] = {{300, 0.010}, {3000, 0.0029}, {30000, 0.0015}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct judge *judge = judge_new(ALARM, 0);
		int64_t n = table[i].n;
		struct judge_opinion opinion;
		double excess = table[i].share - 0.001;

		judge_learn(judge, 100000, 100);
		judge_look(judge, 9 * n / 10, 9 * n / 10000, n / 10, 0);
		judge_opinion(judge, n - n / 10, &opinion);
		print_message("%ld requests: %.2f points (classical %.2f)\n",
			      (long)n, 100 * opinion.smallest, 100 * excess);
		assert_true(opinion.smallest > excess);
		assert_true(opinion.smallest < 3.5 * excess);
		judge_free(judge);
	}
}

static void judge_says_nothing_until_both_have_requests(void **state)
{
	struct judge *judge = judge_new(ALARM, 0);
	struct judge_opinion opinion;

	(void)state;
	judge_opinion(judge, 100, &opinion);
	assert_true(isnan(opinion.smallest));
	judge_look(judge, 0, 0, 40, 40);
	judge_look(judge, 100, 0, 40, 40);
	judge_opinion(judge, 100, &opinion);
	assert_float_equal(opinion.evidence, 1, 1e-9);
	assert_int_equal(opinion.n, 0);
	/* What waited belongs to the first look with both. */
	judge_look(judge, 100, 0, 0, 0);
	judge_opinion(judge, 100, &opinion);
	assert_int_equal(opinion.n, 80);
	assert_true(opinion.worse);
	assert_float_equal(opinion.needed_evidence, 100, 1e-9);
	judge_free(judge);
}

static void all_bad_on_both_sides_is_no_alarm(void **state)
{
	struct judge *judge = judge_new(ALARM, 0);
	struct judge_opinion opinion;

	(void)state;
	judge_learn(judge, 50, 50);
	for (int i = 0; i < 100; i++)
		judge_look(judge, 50, 50, 50, 50);
	judge_opinion(judge, 0, &opinion);
	assert_false(opinion.worse);
	assert_true(isfinite(opinion.evidence));
	judge_free(judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_is_that_of_an_independent_program),
		cmocka_unit_test(mean_evidence_of_one_no_worse_is_at_most_1),
		cmocka_unit_test(same_candidate_is_promoted_after_400_looks),
		cmocka_unit_test(candidate_at_its_margin_is_promoted),
		cmocka_unit_test(better_candidate_is_never_said_to_be_worse),
		cmocka_unit_test(candidate_that_is_1_percent_worse_is_found),
		cmocka_unit_test(needed_requests_are_about_right),
		cmocka_unit_test(
			smallest_effect_is_near_that_of_the_classical_test),
		cmocka_unit_test(judge_says_nothing_until_both_have_requests),
		cmocka_unit_test(all_bad_on_both_sides_is_no_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
