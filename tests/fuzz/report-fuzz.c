/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a report: by their content, then as each known format. What
 * is read must agree with itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/reports-agree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_format(const char *text, size_t size, const char *format)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text, size, "input", format, &report, &err) < 0) {
		if (err.code == ERROR_NONE || report.pool)
			BUG("refused without a reason");
		error_clear(&err);
		return;
	}
	report_agrees(&report);
	report_release(&report);
}

/* A hunt tries one format an input, told by all its bytes: there are many
 * inputs. The corpus is tried as each. */
static bool is_tried(const char *text, size_t size, size_t number, size_t count)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	size_t sum = size;

	for (size_t i = 0; i < size; i++)
		sum += (unsigned char)text[i];
	return sum % count == number;
#else
	(void)text;
	(void)size;
	return number < count;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *formats = report_formats();
	/* A copy of its own, so that a read past the end is seen. */
	char *text = xmalloc(size + 1);
	size_t count = 0;

	while (formats[count])
		count++;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	try_format(text, size, NULL);
	for (size_t i = 0; i < count; i++)
		if (is_tried(text, size, i, count))
			try_format(text, size, formats[i]);
	free(text);
	return 0;
}
