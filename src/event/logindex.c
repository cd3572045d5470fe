/* SPDX-License-Identifier: MIT */
#include "event/logindex.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"

void log_index_open(struct log_index *index, const char *log)
{
	*index = (struct log_index){.path = xasprintf("%s.index", log)};
	log_index_refresh(index);
}

void log_index_release(struct log_index *index)
{
	free(index->marks);
	free(index->path);
	*index = (struct log_index){.path = NULL};
}

/* Order is what the searches rely on: a clock that was set back loses. */
static void add(struct log_index *index, struct log_mark mark)
{
	const struct log_mark *last =
		index->count ? &index->marks[index->count - 1] : NULL;

	if (last && mark.offset < last->offset)
		return;
	if (last && mark.ms < last->ms)
		mark.ms = last->ms;
	*VECTOR_ADD(index->marks, index->count, index->cap) = mark;
}

static void take_lines(struct log_index *index, FILE *file)
{
	char line[128];

	while (fgets(line, sizeof(line), file) && strchr(line, '\n')) {
		struct log_mark mark;

		index->read += (int64_t)strlen(line);
		if (sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64,
			   &mark.offset, &mark.lines, &mark.ms) == 3)
			add(index, mark);
	}
}

void log_index_refresh(struct log_index *index)
{
	int fd = file_open(index->path, O_RDONLY, 0, NULL);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file && fseeko(file, (off_t)index->read, SEEK_SET) == 0)
		take_lines(index, file);
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
}

int64_t log_index_since(const struct log_index *index, int64_t ms)
{
	size_t low = 0;
	size_t high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->marks[middle].ms < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low < index->count ? index->marks[low].offset : -1;
}

int64_t log_index_time(const struct log_index *index, int64_t offset)
{
	size_t low = 0;
	size_t high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->marks[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? index->marks[low - 1].ms : 0;
}
