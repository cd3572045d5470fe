/* SPDX-License-Identifier: MIT */
#include "delivery/compare.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "delivery/judge.h"
#include "delivery/words.h"

/* Of stable, before its p99 is taken for one. */
#define TIMED_LEAST 200

struct compare {
	const struct analysis_config *config;
	bool times;	     /* latencies, not errors */
	struct judge *judge; /* NULL until there is an origin */
	struct analysis_sight last;
	double p99, slow_ms; /* stable's, and the multiple; 0 not yet known */
};

static struct compare *compare_new(const struct analysis_config *config,
				   bool times)
{
	struct compare *compare = xcalloc(1, sizeof(*compare));

	compare->config = config;
	compare->times = times;
	return compare;
}

struct compare *compare_errors(const struct analysis_config *config)
{
	return config->worse_errors.present ? compare_new(config, false) : NULL;
}

struct compare *compare_latencies(const struct analysis_config *config)
{
	return config->slower.present ? compare_new(config, true) : NULL;
}

void compare_free(struct compare *compare)
{
	if (compare)
		judge_free(compare->judge);
	free(compare);
}

static int64_t all_of(const struct compare *compare,
		      const struct analysis_counts *counts)
{
	return compare->times ? counts->timed : counts->requests;
}

static int64_t bad_of(const struct compare *compare,
		      const struct analysis_counts *counts)
{
	int64_t all = all_of(compare, counts);
	int64_t bad = compare->times ? counts->slow : counts->errors;

	return bad < all ? bad : all;
}

/* How much worse, as a share, is still let pass. p99 no more than its multiple
 * says that one in a hundred may be slower; what stable has of them counts. */
static double margin_of(const struct compare *compare,
			const struct analysis_counts *stable)
{
	double share;

	if (!compare->times)
		return compare->config->worse_errors.below / 100;
	share = (double)stable->slow /
		(double)(stable->timed > 0 ? stable->timed : 1);
	return share < 0.01 ? 0.01 - share : 0;
}

static void begin_judging(struct compare *compare,
			  const struct analysis_sight *sight)
{
	compare->judge = judge_new(compare->config->false_alarm / 100,
				   margin_of(compare, &sight->stable));
	judge_learn(compare->judge, all_of(compare, &sight->stable),
		    bad_of(compare, &sight->stable));
	compare->last = *sight;
}

void compare_begin(struct compare *compare, const struct analysis_sight *sight)
{
	if (compare->times) {
		/* What was not looked at before the mark is gone. */
		compare->last.stable.timed = compare->last.stable.slow = 0;
		compare->last.candidate.timed = compare->last.candidate.slow =
			0;
		return;
	}
	if (!compare->judge && sight->stable.known && sight->candidate.known)
		begin_judging(compare, sight);
}

double compare_slow_ms(const struct compare *compare)
{
	return compare->slow_ms;
}

/* Stable's p99 is taken once: what came before it made it, and must not be
 * held against it. So judging begins at the look after. */
static void take_p99(struct compare *compare,
		     const struct analysis_sight *sight)
{
	const struct analysis_counts *stable = &sight->stable;

	if (compare->slow_ms > 0) {
		begin_judging(compare, sight);
	} else if (stable->timed >= TIMED_LEAST && stable->p99 > 0) {
		compare->p99 = stable->p99;
		compare->slow_ms = stable->p99 * compare->config->slower.below;
	}
}

static void feed(struct compare *compare, const struct analysis_sight *sight)
{
	const struct analysis_sight *last = &compare->last;
	int64_t stable_n = all_of(compare, &sight->stable) -
			   all_of(compare, &last->stable);
	int64_t stable_bad = bad_of(compare, &sight->stable) -
			     bad_of(compare, &last->stable);
	int64_t n = all_of(compare, &sight->candidate) -
		    all_of(compare, &last->candidate);
	int64_t bad = bad_of(compare, &sight->candidate) -
		      bad_of(compare, &last->candidate);

	compare->last = *sight;
	/* Counters that went back, or are not of one moment, say nothing. */
	if (stable_bad >= 0 && stable_n >= stable_bad && bad >= 0 && n >= bad)
		judge_look(compare->judge, stable_n, stable_bad, n, bad);
}

static double percent(int64_t bad, int64_t n)
{
	return n > 0 ? 100.0 * (double)bad / (double)n : NAN;
}

/* "errors 1.2 % of 1,204 against 0.2 % of 22,110 on stable" */
static void say_counts(const struct compare *compare,
		       const struct judge_opinion *opinion, struct str *out)
{
	char share[WORDS_SIZE], count[NUMBER_TEXT_SIZE];

	if (compare->times)
		str_addf(out, "slower than %.1f ms", compare->slow_ms);
	else
		str_add(out, "errors");
	str_addf(out, " %s of %s",
		 words_percent(percent(opinion->bad, opinion->n), share),
		 number_grouped(opinion->n, count));
	str_addf(out, " against %s of %s on stable",
		 words_percent(percent(opinion->stable_bad, opinion->stable_n),
			       share),
		 number_grouped(opinion->stable_n, count));
}

static void say_evidence(const struct compare *compare,
			 const struct judge_opinion *opinion, struct str *out)
{
	char count[NUMBER_TEXT_SIZE], alarm[WORDS_SIZE], margin[WORDS_SIZE];
	double evidence = fmin(opinion->evidence, 1e12);

	str_addf(out, ": %s times likelier that it is ",
		 number_grouped((int64_t)(evidence + 0.5), count));
	if (!compare->times && compare->config->worse_errors.below > 0)
		str_addf(out, "more than %s points ",
			 number_real(compare->config->worse_errors.below, 2,
				     margin));
	str_addf(out, "worse (limit %s, false alarm %s",
		 number_grouped((int64_t)(opinion->needed_evidence + 0.5),
				count),
		 words_percent(compare->config->false_alarm, alarm));
	if (opinion->needed && !opinion->worse)
		str_addf(out, ", some %s more requests needed",
			 number_grouped(opinion->needed, count));
	str_add(out, ")");
}

static void say_pass(const struct judge_opinion *opinion, struct str *out)
{
	char points[WORDS_SIZE];

	str_add(out, ": no sign that it is worse");
	if (opinion->smallest < 0.9)
		str_addf(out, ", %s points would show within 10 min",
			 number_real(100 * opinion->smallest, 2, points));
}

/* Where the root of what is needed is there already (at 1 %: 10 of 100) the
 * verdict waits: so near it that good ones seldom come, and soon leave. */
static enum verdict verdict_of(const struct judge_opinion *opinion)
{
	if (opinion->worse)
		return VERDICT_FAIL;
	if (opinion->needed &&
	    opinion->evidence >= sqrt(opinion->needed_evidence))
		return VERDICT_INCONCLUSIVE;
	return VERDICT_PASS;
}

static void fill(const struct compare *compare,
		 const struct analysis_sight *sight,
		 const struct judge_opinion *opinion, struct finding *finding)
{
	finding->verdict = verdict_of(opinion);
	finding->needed =
		finding->verdict == VERDICT_INCONCLUSIVE ? opinion->needed : 0;
	/* What is beyond all numbers is told as the greatest: an infinity is
	 * no number of JSON, and would be told as none at all. */
	finding->evidence = fmin(opinion->evidence, DBL_MAX);
	finding->smallest = 100 * opinion->smallest;
	if (compare->times) {
		finding->value = sight->candidate.p99;
		finding->baseline = compare->p99;
		finding->limit = compare->slow_ms;
		return;
	}
	finding->value = percent(opinion->bad, opinion->n);
	finding->baseline = percent(opinion->stable_bad, opinion->stable_n);
	finding->limit =
		finding->baseline + compare->config->worse_errors.below;
}

static void say(const struct compare *compare,
		const struct judge_opinion *opinion, struct finding *finding)
{
	struct str text = STR_INIT;

	say_counts(compare, opinion, &text);
	if (finding->verdict == VERDICT_PASS)
		say_pass(opinion, &text);
	else
		say_evidence(compare, opinion, &text);
	snprintf(finding->text, sizeof(finding->text), "%s", text.data);
	str_release(&text);
}

static void hold(struct finding *finding, enum verdict verdict,
		 const char *text)
{
	finding->verdict = verdict;
	snprintf(finding->text, sizeof(finding->text), "%s", text);
}

static void say_nothing_yet(const struct compare *compare,
			    const struct analysis_sight *sight,
			    struct finding *finding)
{
	int64_t timed = sight->stable.timed;
	char count[NUMBER_TEXT_SIZE], more[NUMBER_TEXT_SIZE];

	if (!compare->times || timed >= TIMED_LEAST || compare->slow_ms > 0) {
		hold(finding, VERDICT_INCONCLUSIVE,
		     "too few requests on stable, or beside it, to compare "
		     "with");
		return;
	}
	finding->verdict = VERDICT_INCONCLUSIVE;
	finding->needed = TIMED_LEAST - timed;
	snprintf(finding->text, sizeof(finding->text),
		 "too few requests on stable to know its p99: %s, %s more "
		 "needed",
		 number_grouped(timed, count),
		 number_grouped(finding->needed, more));
}

void compare_look(struct compare *compare, const struct analysis_sight *sight,
		  int64_t more, struct finding *finding)
{
	struct judge_opinion opinion;

	*finding = (struct finding){
		.metric = compare->times ? "p99" : "error-rate",
		.source = "provider",
		.value = NAN,
		.limit = NAN,
		.baseline = NAN,
		.evidence = NAN,
		.smallest = NAN,
	};
	if (compare->judge)
		feed(compare, sight);
	else if (compare->times)
		take_p99(compare, sight);
	else
		begin_judging(compare, sight);
	if (compare->times && isnan(sight->stable.p99) &&
	    isnan(sight->candidate.p99) && sight->stable.requests > 0) {
		hold(finding, VERDICT_ERROR,
		     "the provider measures no latencies");
		return;
	}
	if (compare->judge)
		judge_opinion(compare->judge, more, &opinion);
	if (compare->judge && opinion.n) {
		fill(compare, sight, &opinion, finding);
		say(compare, &opinion, finding);
	} else {
		say_nothing_yet(compare, sight, finding);
	}
}
