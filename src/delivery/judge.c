/* SPDX-License-Identifier: MIT */
#include "delivery/judge.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define EXCESSES 12
#define HALVINGS 40

struct counts {
	int64_t n, bad;
};

struct judge {
	double needed, margin; /* needed: the log of the evidence */
	double logs[EXCESSES];
	struct counts earlier;	   /* stable's, of what p_s is made */
	struct counts stable, own; /* of the looks that were held */
	struct counts waiting[2];  /* stable's, the candidate's */
	bool worse;
};

/* Shares of stable and of the candidate. */
struct shares {
	double stable, own;
};

struct judge *judge_new(double false_alarm, double margin)
{
	struct judge *judge = xcalloc(1, sizeof(*judge));

	judge->needed = -log(false_alarm);
	judge->margin = margin;
	return judge;
}

void judge_free(struct judge *judge)
{
	free(judge);
}

static void add(struct counts *to, struct counts more)
{
	to->n += more.n;
	to->bad += more.bad;
}

void judge_learn(struct judge *judge, int64_t stable_n, int64_t stable_bad)
{
	add(&judge->earlier, (struct counts){stable_n, stable_bad});
}

static double share_of(struct counts counts)
{
	return ((double)counts.bad + 0.5) / ((double)counts.n + 1);
}

/* 0.05 % to 90 points, each about twice the one before. */
static double excess(int i)
{
	return 0.0005 * pow(0.9 / 0.0005, (double)i / (EXCESSES - 1));
}

/*
 * Of all shares that are no worse than the margin the ones that explain
 * `worse` best, each request counted: what makes the ratio's mean at most 1
 * for every one of them. On the margin's line, where this falls:
 */
static double slope(struct shares worse, double stable_n, double n, double at,
		    double margin)
{
	double own = at + margin;

	return stable_n * (at - worse.stable) / (at * (1 - at)) +
	       n * (own - worse.own) / (own * (1 - own));
}

static struct shares nearest(struct shares worse, double stable_n, double n,
			     double margin)
{
	double low = worse.stable, high = worse.own - margin;

	if (margin <= 0) /* that of both together */
		low = high = (stable_n * low + n * high) / (stable_n + n);
	for (int i = 0; i < HALVINGS && low < high; i++) {
		double middle = (low + high) / 2;

		if (slope(worse, stable_n, n, middle, margin) < 0)
			low = middle;
		else
			high = middle;
	}
	return (struct shares){(low + high) / 2, (low + high) / 2 + margin};
}

static double log_ratio(struct counts counts, double worse, double not_worse)
{
	return (double)counts.bad * log(worse / not_worse) +
	       (double)(counts.n - counts.bad) *
		       log((1 - worse) / (1 - not_worse));
}

static double log_mean(const double logs[EXCESSES])
{
	double most = logs[0], sum = 0;

	for (int i = 1; i < EXCESSES; i++)
		most = fmax(most, logs[i]);
	for (int i = 0; i < EXCESSES; i++)
		sum += exp(logs[i] - most);
	return most + log(sum / EXCESSES);
}

/* Of the excesses over the margin those that leave a share below 1; another
 * says nothing at this look. */
static void weigh(struct judge *judge, struct counts stable, struct counts own)
{
	double p_s = share_of(judge->earlier);

	for (int i = 0; i < EXCESSES; i++) {
		struct shares worse = {p_s, p_s + judge->margin + excess(i)};
		struct shares best;

		if (worse.own >= 1)
			break;
		best = nearest(worse, (double)stable.n, (double)own.n,
			       judge->margin);
		judge->logs[i] += log_ratio(stable, worse.stable, best.stable) +
				  log_ratio(own, worse.own, best.own);
	}
}

bool judge_look(struct judge *judge, int64_t stable_n, int64_t stable_bad,
		int64_t n, int64_t bad)
{
	struct counts *stable = &judge->waiting[0], *own = &judge->waiting[1];

	add(stable, (struct counts){stable_n, stable_bad});
	add(own, (struct counts){n, bad});
	if (!judge->earlier.n) {
		/* Nothing is known of stable: from this it is learnt, and the
		 * candidate's are held against stable's next. */
		add(&judge->earlier, *stable);
		*stable = (struct counts){0, 0};
	}
	if (!stable->n || !own->n)
		return judge->worse;
	weigh(judge, *stable, *own);
	add(&judge->earlier, *stable);
	add(&judge->stable, *stable);
	add(&judge->own, *own);
	*stable = *own = (struct counts){0, 0};
	if (log_mean(judge->logs) >= judge->needed)
		judge->worse = true;
	return judge->worse;
}

/* What a request of the candidate adds to the log of the evidence where these
 * shares are true and known: the mean. */
static double growth(const struct judge *judge, struct shares shares)
{
	double stable_n =
		(double)(judge->stable.n ? judge->stable.n : judge->earlier.n);
	double n = (double)(judge->own.n ? judge->own.n : 1);
	struct shares best = nearest(shares, stable_n, n, judge->margin);
	double own = shares.own * log(shares.own / best.own) +
		     (1 - shares.own) * log((1 - shares.own) / (1 - best.own));
	double stable = shares.stable * log(shares.stable / best.stable) +
			(1 - shares.stable) *
				log((1 - shares.stable) / (1 - best.stable));

	return own + stable * stable_n / n;
}

static int64_t needed(const struct judge *judge)
{
	struct shares seen = {share_of(judge->stable), share_of(judge->own)};
	double most = judge->logs[0], more;

	if (judge->worse || !judge->own.n ||
	    seen.own <= seen.stable + judge->margin)
		return 0;
	for (int i = 1; i < EXCESSES; i++)
		most = fmax(most, judge->logs[i]);
	more = (judge->needed + log(EXCESSES) - most) / growth(judge, seen);
	if (more > 1e15)
		return 0;
	return more > 1 ? (int64_t)ceil(more) : 1;
}

static double smallest(const struct judge *judge, int64_t more)
{
	double p_s = share_of(judge->earlier);
	double low = judge->margin, high = 1 - p_s;
	double n = (double)(judge->own.n + more);

	if (!judge->earlier.n || n <= 0)
		return NAN;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;
		struct shares shares = {p_s, p_s + middle};

		if (n * growth(judge, shares) < judge->needed + log(EXCESSES))
			low = middle;
		else
			high = middle;
	}
	return high;
}

void judge_opinion(const struct judge *judge, int64_t more,
		   struct judge_opinion *opinion)
{
	*opinion = (struct judge_opinion){
		.stable_n = judge->stable.n,
		.stable_bad = judge->stable.bad,
		.n = judge->own.n,
		.bad = judge->own.bad,
		.evidence = exp(log_mean(judge->logs)),
		.needed_evidence = exp(judge->needed),
		.worse = judge->worse,
		.needed = needed(judge),
		.smallest = smallest(judge, more),
	};
}
