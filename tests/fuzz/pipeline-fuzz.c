/* SPDX-License-Identifier: MIT */
/* Any bytes give a pipeline or problems, never both; what is said about them
 * is printable, each problem with its words and a place inside the file. */
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "pipeline/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_printable(const struct str *said)
{
	for (size_t i = 0; i < said->len;) {
		int32_t c;

		i += utf8_decode(said->data + i, said->len - i, &c);
		if (c < 0 || (c < 0x20 && c != '\n') ||
		    (c >= 0x7f && c <= 0x9f))
			BUG("unprintable: %s", said->data);
	}
}

static void must_be_resolved(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage_config *stage = &pipeline->stages[i];

		for (size_t j = 0; j < stage->need_count; j++)
			if (stage->needs[j] >= pipeline->stage_count ||
			    stage->needs[j] == i)
				BUG("%s needs what is not there", stage->name);
		if (stage->kind == STAGE_KIND_DEPLOY &&
		    !pipeline_environment(pipeline, stage->deploy.environment))
			BUG("%s goes nowhere", stage->name);
		if (stage->kind == STAGE_KIND_RUN && !stage->run)
			BUG("%s runs nothing", stage->name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = PROBLEMS_INIT;
	struct str said = STR_INIT;
	struct pipeline *pipeline =
		pipeline_parse((const char *)data, size, "f.yaml", &problems);

	if (!pipeline == !problems.count)
		BUG("a pipeline and %zu problems", problems.count);
	if (pipeline)
		must_be_resolved(pipeline);
	for (size_t i = 0; i < problems.count; i++)
		if (!*problems.items[i].text || problems.items[i].line < 0)
			BUG("a problem without words or place");
	problems_print(&problems, &said);
	must_be_printable(&said);
	pipeline_free(pipeline);
	problems_release(&problems);
	str_release(&said);
	return 0;
}
