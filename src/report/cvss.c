/* SPDX-License-Identifier: MIT */
/* CVSS 3.0 and 3.1, section 7.1 of their specification. */
#include "report/cvss.h"

#include <string.h>

#include "base/memory.h"

enum metric {
	METRIC_AV,
	METRIC_AC,
	METRIC_PR,
	METRIC_UI,
	METRIC_S,
	METRIC_C,
	METRIC_I,
	METRIC_A,
	METRIC_COUNT
};

static const struct {
	const char *name;
	const char *letters;
	double weights[4];
} metrics[METRIC_COUNT] = {
	[METRIC_AV] = {"AV", "NALP", {0.85, 0.62, 0.55, 0.2}},
	[METRIC_AC] = {"AC", "LH", {0.77, 0.44}},
	[METRIC_PR] = {"PR", "NLH", {0.85, 0.62, 0.27}},
	[METRIC_UI] = {"UI", "NR", {0.85, 0.62}},
	[METRIC_S] = {"S", "UC", {0, 1}},
	[METRIC_C] = {"C", "NLH", {0, 0.22, 0.56}},
	[METRIC_I] = {"I", "NLH", {0, 0.22, 0.56}},
	[METRIC_A] = {"A", "NLH", {0, 0.22, 0.56}},
};

/* Privileges count for more where the scope changes. */
static const double changed_privileges[] = {0.85, 0.68, 0.5};

/* The metric that a field like "AV:N" is of, METRIC_COUNT for others. */
static size_t metric_of(const char *field, size_t len)
{
	size_t m = 0;

	for (; m < METRIC_COUNT; m++) {
		size_t name = strlen(metrics[m].name);

		if (len > name && field[name] == ':' &&
		    memcmp(field, metrics[m].name, name) == 0)
			break;
	}
	return m;
}

/* Fills indices into the weights. */
static bool read_fields(const char *at, size_t chosen[METRIC_COUNT])
{
	bool seen[METRIC_COUNT] = {false};
	size_t count = 0;

	while (*at) {
		size_t len = strcspn(at, "/");
		size_t m = metric_of(at, len);
		const char *letter;

		if (m < METRIC_COUNT) {
			letter = strchr(metrics[m].letters, at[len - 1]);
			if (seen[m] || !letter ||
			    len != strlen(metrics[m].name) + 2)
				return false;
			seen[m] = true;
			chosen[m] = (size_t)(letter - metrics[m].letters);
			count++;
		}
		at += len;
		at += *at == '/';
	}
	return count == METRIC_COUNT;
}

/* Up to the next tenth, without the surprises of binary fractions. */
static double round_up(double score)
{
	long n = (long)(score * 100000 + 0.5);

	return n % 10000 == 0 ? (double)n / 100000
			      : (double)(n / 10000 + 1) / 10;
}

static double impact_of(const double w[METRIC_COUNT], bool changed)
{
	double base =
		1 - (1 - w[METRIC_C]) * (1 - w[METRIC_I]) * (1 - w[METRIC_A]);
	double power = 1;

	if (!changed)
		return 6.42 * base;
	for (int i = 0; i < 15; i++)
		power *= base - 0.02;
	return 7.52 * (base - 0.029) - 3.25 * power;
}

bool cvss_score(const char *vector, double *score)
{
	size_t chosen[METRIC_COUNT] = {0};
	double w[METRIC_COUNT];
	double impact, sum;
	bool changed;

	if (!vector || (strncmp(vector, "CVSS:3.0/", 9) != 0 &&
			strncmp(vector, "CVSS:3.1/", 9) != 0))
		return false;
	if (!read_fields(vector + 9, chosen))
		return false;
	for (size_t m = 0; m < METRIC_COUNT; m++)
		w[m] = metrics[m].weights[chosen[m]];
	changed = chosen[METRIC_S] == 1;
	if (changed)
		w[METRIC_PR] = changed_privileges[chosen[METRIC_PR]];
	impact = impact_of(w, changed);
	sum = impact +
	      8.22 * w[METRIC_AV] * w[METRIC_AC] * w[METRIC_PR] * w[METRIC_UI];
	if (changed)
		sum *= 1.08;
	*score = impact <= 0 ? 0 : round_up(sum < 10 ? sum : 10);
	return true;
}
