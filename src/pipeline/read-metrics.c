/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* "< 100" or "> 0.95". */
static bool parse_limit(const char *text, struct metric_config *metric)
{
	const char *end;
	bool negative;

	text = skip_blanks(text);
	if (*text != '<' && *text != '>')
		return false;
	metric->above = *text == '>';
	text = skip_blanks(text + 1);
	negative = *text == '-';
	if (!number_decimal(text + negative, &metric->limit, &end) || *end)
		return false;
	if (negative)
		metric->limit = -metric->limit;
	return true;
}

static void read_limit(struct reader *reader, const struct node *value,
		       void *into)
{
	if (!expect_kind(reader, value, NODE_TEXT, "a limit such as '< 100'"))
		return;
	if (!parse_limit(value->text, into))
		complain_about(reader, value,
			       "'%.40s' is no limit; write \"< 100\" or "
			       "\"> 0.95\"",
			       value->text);
}

static const struct key metric_keys[] = {
	{"name", read_name, offsetof(struct metric_config, name), true},
	{"prometheus", read_url, offsetof(struct metric_config, prometheus),
	 false},
	{"tls", read_tls, offsetof(struct metric_config, tls), false},
	{"query", read_text, offsetof(struct metric_config, query), false},
	{"command", read_text, offsetof(struct metric_config, command), false},
	{"limit", read_limit, 0, true},
};
static const struct schema metric_schema = SCHEMA("a metric", metric_keys);

static void check_source(struct reader *reader, const struct node *value)
{
	bool asks = node_find(value, "prometheus") != NULL;
	bool runs = node_find(value, "command") != NULL;
	bool queries = node_find(value, "query") != NULL;

	if (asks == runs)
		complain_at(reader, node_place(value),
			    "a metric comes from one place; write prometheus "
			    "and query, or command");
	else if (asks != queries)
		complain_at(reader, node_place(value),
			    asks ? "a metric of Prometheus needs a query"
				 : "a query is Prometheus's; a command takes "
				   "none");
}

static void check_name(struct reader *reader, const struct node *value,
		       const struct analysis_config *analysis)
{
	const struct metric_config *last =
		&analysis->metrics[analysis->metric_count - 1];

	for (const struct metric_config *at = analysis->metrics; at < last;
	     at++)
		if (at->name && last->name && strcmp(at->name, last->name) == 0)
			complain_at(reader, node_place(value),
				    "there is a metric '%s' already",
				    last->name);
}

void read_metrics(struct reader *reader, const struct node *value, void *into)
{
	struct analysis_config *analysis = into;

	/* A step's own are in place of the deployment's, which it borrows. */
	analysis->metrics = NULL;
	analysis->metric_count = analysis->metric_cap = 0;
	if (!expect_kind(reader, value, NODE_LIST, "a list of metrics"))
		return;
	if (!value->count || value->count > METRICS_MOST)
		complain_about(reader, value, "metrics are 1 to %d",
			       METRICS_MOST);
	for (size_t i = 0; i < value->count && i < METRICS_MOST; i++) {
		const struct node *item = &value->children[i];
		struct metric_config *metric =
			VECTOR_ADD(analysis->metrics, analysis->metric_count,
				   analysis->metric_cap);

		metric->place = item->place;
		read_map(reader, item, &metric_schema, metric);
		if (item->kind != NODE_MAP ||
		    has_strange_key(item, &metric_schema))
			continue;
		check_source(reader, item);
		if (metric->prometheus || !node_find(item, "prometheus"))
			tls_check(reader, item, metric->prometheus);
		check_name(reader, item, analysis);
	}
}
