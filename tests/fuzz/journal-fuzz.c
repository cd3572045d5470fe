/* SPDX-License-Identifier: MIT */
/*
 * A journal of any bytes, and after the first NUL its head: reading never
 * harms, what opens can be appended to and is whole afterwards, and what
 * verifies can be read and opened.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const char *folder, const char *name, const uint8_t *data,
		size_t size)
{
	char *path = path_join(folder, name);
	int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, NULL);

	if (fd < 0 || file_write_all(fd, data, size, path, NULL) < 0)
		BUG("cannot write %s", path);
	close(fd);
	free(path);
}

static int count(const struct event *event, void *data)
{
	int64_t *records = data;

	if (event->seq != ++*records)
		BUG("a gap before %lld", (long long)event->seq);
	return 0;
}

static void must_go_on(const char *folder, int64_t readable, bool whole)
{
	size_t torn;
	struct journal *journal = journal_open(folder, &torn, NULL);
	struct event *event;
	int64_t records;

	if (!journal && whole)
		BUG("verified, but does not open");
	if (!journal)
		return;
	if (journal_last_seq(journal) < readable)
		BUG("opening lost records that could be read");
	event = event_new(EVENT_NOTE_ADDED, NULL);
	journal_append(journal, event);
	readable = event->seq;
	event_free(event);
	if (journal_flush(journal, NULL) < 0)
		BUG("cannot append");
	journal_free(journal);
	if (journal_verify(folder, &records, &torn, NULL) < 0 ||
	    records != readable || torn)
		BUG("not whole after appending");
}

static void examine(const char *folder)
{
	struct error err = ERROR_INIT;
	int64_t readable = 0;
	int64_t records = 0;
	size_t torn;
	bool read = journal_read(folder, 1, count, &readable, NULL) == 0;
	bool whole = journal_verify(folder, &records, &torn, &err) == 0;

	if (whole && (!read || records != readable))
		BUG("verified %lld records, read %lld", (long long)records,
		    (long long)readable);
	if (!whole && !*error_text(&err))
		BUG("refused without a word");
	error_clear(&err);
	if (read)
		must_go_on(folder, readable, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *base = getenv("TMPDIR");
	char *folder =
		xasprintf("%s/signalbox-fuzz-XXXXXX", base ? base : "/tmp");
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t lines = nul ? (size_t)(nul - data) : size;

	if (!mkdtemp(folder))
		BUG("cannot make %s", folder);
	put(folder, "journal.ndjson", data, lines);
	if (nul)
		put(folder, "head", nul + 1, size - lines - 1);
	examine(folder);
	if (folder_remove(folder, NULL) < 0)
		BUG("cannot remove %s", folder);
	free(folder);
	return 0;
}
