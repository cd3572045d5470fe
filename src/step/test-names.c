/* SPDX-License-Identifier: MIT */
#include "step/test-names.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "step/mask.h"

#define NAMES_BYTES ((size_t)16 << 20)
#define NAME_BYTES 1000
/* The last line of a list that is not whole. */
#define CUT "cut\t\n"

struct names_job {
	char *path;
	struct str names;
};

static const char *word_of(const struct test_case *test)
{
	switch (test->outcome) {
	case TEST_PASSED:
		return "passed";
	case TEST_SKIPPED:
	case TEST_TODO:
		return "skipped";
	default:
		return "failed";
	}
}

/* Masked first: a line end in a secret is a space afterwards. */
void test_names_add(struct str *names, struct mask *mask,
		    const struct test_case *test)
{
	struct str shown = STR_INIT;
	size_t start;

	if (names->len > NAMES_BYTES || !test->name || !*test->name)
		return;
	str_addf(names, "%s\t", word_of(test));
	start = names->len;
	mask_report(mask, test->name, strlen(test->name), &shown);
	str_add_bytes(names, shown.data, strnlen(shown.data, NAME_BYTES));
	str_release(&shown);
	for (char *at = names->data + start; *at; at++)
		if (*at == '\n' || *at == '\r' || *at == '\t')
			*at = ' ';
	str_add_char(names, '\n');
	if (names->len > NAMES_BYTES)
		str_add(names, CUT);
}

static void write_names(void *data)
{
	struct names_job *job = data;
	struct error err = ERROR_INIT;

	if (file_replace(job->path, job->names.data, job->names.len, 0600,
			 &err) < 0)
		error_clear(&err);
}

static void free_job(void *data)
{
	struct names_job *job = data;

	str_release(&job->names);
	free(job->path);
	free(job);
}

void test_names_keep_owned(const struct step *step, struct str *names)
{
	const struct step_host *host = step->options.host;
	struct names_job *job = xcalloc(1, sizeof(*job));

	job->names = *names;
	str_init(names);
	job->path = xasprintf("%s/logs/%s.tests", host->run->run_folder,
			      step->options.stage->name);
	helper_run(host->helper, write_names, free_job, job);
}
