/* SPDX-License-Identifier: MIT */
/* Puppet's last_run_summary.yaml: what one run changed on its host. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "yaml/tree.h"

static bool is_map(const struct node *node)
{
	return node && node->kind == NODE_MAP;
}

static bool matches(const struct report_input *input)
{
	return is_map(input->yaml) &&
	       is_map(node_find(input->yaml, "version")) &&
	       (node_find(input->yaml, "resources") ||
		node_find(input->yaml, "time"));
}

/* 0 when it is not there; what is no count is refused with its place. */
static int read_count(const struct report_input *input, const struct node *map,
		      const char *key, uint64_t *count, struct error *err)
{
	const struct node *node = is_map(map) ? node_find(map, key) : NULL;
	char *end = NULL;

	*count = 0;
	if (!node)
		return 0;
	if (node->kind == NODE_TEXT && strlen(node->text) < 10 &&
	    strspn(node->text, "0123456789") == strlen(node->text))
		*count = strtoull(node->text, &end, 10);
	if (end && end != node->text)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s:%d:%d: %s is no count, so this is not as Puppet "
			 "writes it",
			 input->name, node->place.line, node->place.column,
			 key);
}

static int read_counts(const struct report_input *input,
		       struct report_changes *changes, uint64_t *events,
		       uint64_t *noop, struct error *err)
{
	const struct node *resources = node_find(input->yaml, "resources");
	const struct node *seen = node_find(input->yaml, "events");
	uint64_t restarts;

	if (read_count(input, resources, "changed", &changes->changed, err) <
		    0 ||
	    read_count(input, resources, "failed", &changes->failed, err) < 0 ||
	    read_count(input, resources, "failed_to_restart", &restarts, err) <
		    0 ||
	    read_count(input, seen, "failure", events, err) < 0 ||
	    read_count(input, seen, "noop", noop, err) < 0)
		return -1;
	changes->failed += restarts;
	changes->hosts = 1;
	return 0;
}

/* Puppet ends each line, and the resources with their total. */
static int check_whole(const struct report_input *input, struct error *err)
{
	const struct node *resources = node_find(input->yaml, "resources");

	if (input->text[input->len - 1] == '\n' &&
	    (!is_map(resources) || node_find(resources, "total")))
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is cut: its end is missing; see whether Puppet's "
			 "run came to its end",
			 input->name);
}

static int read_puppet(const struct report_input *input, struct report *report,
		       struct error *err)
{
	struct report_changes *changes = &report->changes;
	uint64_t events, noop;

	if (check_whole(input, err) < 0)
		return -1;
	if (read_counts(input, changes, &events, &noop, err) < 0)
		return -1;
	if (!is_map(node_find(input->yaml, "resources")))
		report_fail(report, "it has no resources: Puppet could not "
				    "compile or fetch its catalog");
	if (changes->failed)
		report_fail(report, "%" PRIu64 " resource%s failed",
			    changes->failed, changes->failed == 1 ? "" : "s");
	if (events)
		report_fail(report, "%" PRIu64 " event%s failed", events,
			    events == 1 ? "" : "s");
	if (noop)
		report_note(report,
			    "%" PRIu64 " changes were left undone (noop)",
			    noop);
	report_close(report);
	return 0;
}

const struct report_format_ops puppet_format = {
	.name = "puppet",
	.title = "Puppet's summary of its last run",
	.encoding = REPORT_YAML,
	.kind = REPORT_OF_CHANGES,
	.matches = matches,
	.read = read_puppet,
};
