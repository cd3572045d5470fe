/* SPDX-License-Identifier: MIT */
/* What decodes must encode, and that must decode to the same again. */
#include <string.h>

#include "base/memory.h"
#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_come_back(const struct event *event)
{
	struct str line = STR_INIT;
	struct str again = STR_INIT;
	struct event *back;

	event_encode(event, NULL, &line);
	if (memchr(line.data, '\n', line.len) != line.data + line.len - 1)
		BUG("not one line: %s", line.data);
	back = event_decode(line.data, line.len, NULL);
	if (!back)
		BUG("does not decode again: %s", line.data);
	event_encode(back, NULL, &again);
	if (!str_equal(line.data, again.data))
		BUG("changed: %s and %s", line.data, again.data);
	event_free(back);
	str_release(&line);
	str_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct event *event = event_decode((const char *)data, size, &err);

	if (!event) {
		if (err.code != ERROR_CORRUPT || !*error_text(&err))
			BUG("refused without a word");
		error_clear(&err);
		return 0;
	}
	must_come_back(event);
	event_free(event);
	return 0;
}
