/* SPDX-License-Identifier: MIT */
/*
 * Ansible's JSON callback (ANSIBLE_STDOUT_CALLBACK=json): what a playbook
 * changed, summed over the hosts. What its tasks saw and wrote is private: it
 * is not read, and the file is not copied.
 */
#include <inttypes.h>

#include "report/format.h"
#include "report/json.h"

static bool matches(const struct report_input *input)
{
	return member_array(input->json, "plays") &&
	       json_is_object(member(input->json, "stats"));
}

static int refuse(const struct report_input *input, const char *what,
		  struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "%s: stats holds a host whose %s is no count, so this "
			 "is not as Ansible writes it",
			 input->name, what);
}

static int add(const struct report_input *input, const json_t *host,
	       const char *key, uint64_t *sum, struct error *err)
{
	int count = member(host, key) ? member_int(host, key, -1) : 0;

	if (count < 0)
		return refuse(input, key, err);
	*sum += (uint64_t)count;
	return 0;
}

static void judge(struct report *report, uint64_t rescued, uint64_t ignored)
{
	const struct report_changes *changes = &report->changes;

	if (!changes->hosts) {
		report_fail(report, "it names no host: nothing was done");
		report->verdict = REPORT_EMPTY;
	}
	if (changes->failed)
		report_fail(report, "%" PRIu64 " task%s failed",
			    changes->failed, changes->failed == 1 ? "" : "s");
	if (changes->unreachable)
		report_fail(report, "%" PRIu64 " of %" PRIu64 " hosts %s",
			    changes->unreachable, changes->hosts,
			    "could not be reached");
	if (rescued || ignored)
		report_note(report,
			    "%" PRIu64 " failures were rescued, %" PRIu64
			    " ignored",
			    rescued, ignored);
}

static int read_ansible(const struct report_input *input, struct report *report,
			struct error *err)
{
	struct report_changes *changes = &report->changes;
	json_t *stats = member(input->json, "stats");
	uint64_t rescued = 0, ignored = 0;
	const char *name;
	json_t *host;

	report->has_secrets = true;
	json_object_foreach(stats, name, host)
	{
		if (!json_is_object(host))
			return refuse(input, "entry", err);
		if (add(input, host, "changed", &changes->changed, err) < 0 ||
		    add(input, host, "failures", &changes->failed, err) < 0 ||
		    add(input, host, "unreachable", &changes->unreachable,
			err) < 0 ||
		    add(input, host, "rescued", &rescued, err) < 0 ||
		    add(input, host, "ignored", &ignored, err) < 0)
			return -1;
		changes->hosts++;
	}
	judge(report, rescued, ignored);
	report_close(report);
	return 0;
}

const struct report_format_ops ansible_format = {
	.name = "ansible",
	.title = "the JSON of Ansible",
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_CHANGES,
	.matches = matches,
	.read = read_ansible,
};
