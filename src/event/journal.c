/* SPDX-License-Identifier: MIT */
#include "event/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal-chain.h"

#define RESERVE_BYTES (1u << 20)

struct journal {
	char *folder;
	bool leaves_reserve;
	/* The appending side. */
	struct journal_head last; /* of what is queued */
	struct digest *digest;	  /* of one line after the other */
	struct str queue;
	int64_t queue_start; /* offset of the queue's first byte */
	/* The writing side: journal_write()'s thread alone touches it. */
	int fd;
	int head_fd;
	int64_t end;	/* offset behind what is written */
	int64_t synced; /* record up to which it is on the disk */
};

struct journal_batch {
	struct journal *journal;
	struct str lines;
	int64_t start;
	struct journal_head head;
};

/* Space kept for decisions on a full disk; without it we go on all the same.
 * Written, not fallocated: that is everywhere, and gives blocks as well. */
static void make_reserve(const char *folder)
{
	char *path = path_join(folder, "reserve");
	int fd = file_open(path, O_WRONLY | O_CREAT, 0644, NULL);
	struct stat st;
	char *zeros;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size >= RESERVE_BYTES)
		goto out;
	zeros = xcalloc(1, RESERVE_BYTES);
	if (file_write_all(fd, zeros, RESERVE_BYTES, path, NULL) < 0)
		unlink(path);
	free(zeros);
out:
	if (fd >= 0)
		close(fd);
	free(path);
}

/* True when there was one to free. */
static bool drop_reserve(const char *folder)
{
	char *path = path_join(folder, "reserve");
	bool dropped = unlink(path) == 0;

	free(path);
	return dropped;
}

static int write_at(int fd, const char *data, size_t len, int64_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int write_or_use_reserve(const struct journal *journal, int fd,
				const char *data, size_t len, int64_t offset)
{
	if (write_at(fd, data, len, offset) == 0)
		return 0;
	if (errno != ENOSPC && errno != EDQUOT)
		return -1;
	if (!drop_reserve(journal->folder)) {
		errno = ENOSPC;
		return -1;
	}
	return write_at(fd, data, len, offset);
}

static int write_head(const struct journal *journal,
		      const struct journal_head *head, struct error *err)
{
	char text[JOURNAL_HEAD_SIZE + 1];

	journal_head_encode(head, text);
	if (write_or_use_reserve(journal, journal->head_fd, text,
				 JOURNAL_HEAD_SIZE, 0) < 0)
		return error_set(err, ERROR_IO, "cannot write %s/head: %s",
				 journal->folder, strerror(errno));
	return 0;
}

/* Offsets make it safe to be tried again: the same bytes go to the same
 * place, and nothing counts as written before all of it is. */
static int write_lines(struct journal_batch *batch, bool sync,
		       struct error *err)
{
	struct journal *journal = batch->journal;
	int saved;

	if (write_or_use_reserve(journal, journal->fd, batch->lines.data,
				 batch->lines.len, batch->start) == 0 &&
	    (!sync || fdatasync(journal->fd) == 0))
		return 0;
	saved = errno;
	if (ftruncate(journal->fd, batch->start) < 0)
		saved = errno;
	return error_set(err, ERROR_IO, "cannot write %s/journal.ndjson: %s",
			 journal->folder, strerror(saved));
}

int journal_write(struct journal_batch *batch, bool sync, struct error *err)
{
	struct journal *journal = batch->journal;

	if (batch->start != journal->end)
		return error_set(err, ERROR_IO,
				 "cannot write %s/journal.ndjson: the part "
				 "before record %lld is not written",
				 journal->folder, (long long)batch->head.seq);
	if (write_lines(batch, sync, err) < 0)
		return -1;
	batch->head.synced = sync ? batch->head.seq : journal->synced;
	if (write_head(journal, &batch->head, err) < 0)
		return -1;
	journal->end = batch->head.end;
	journal->synced = batch->head.synced;
	return 0;
}

static struct journal *journal_new(const char *folder,
				   const struct journal_head *last)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));

	journal->folder = xstrdup(folder);
	journal->last = *last;
	journal->digest = digest_new();
	str_init(&journal->queue);
	journal->queue_start = last->end;
	journal->end = last->end;
	journal->synced = last->synced;
	journal->fd = -1;
	journal->head_fd = -1;
	return journal;
}

static int open_files(struct journal *journal, struct error *err)
{
	char *path = path_join(journal->folder, "journal.ndjson");
	char *head = path_join(journal->folder, "head");

	journal->fd = file_open(path, O_WRONLY, 0, err);
	if (journal->fd >= 0)
		journal->head_fd =
			file_open(head, O_WRONLY | O_CREAT, 0644, err);
	free(path);
	free(head);
	if (journal->head_fd < 0)
		return -1;
	make_reserve(journal->folder);
	return 0;
}

static char *first_line(const char *kind)
{
	json_t *root = json_pack("{s:s, s:i, s:s, s:o}", "journal", "signalbox",
				 "format", 1, "version", PACKAGE_VERSION,
				 "kind", json_foreign(kind));
	char *text = json_dumps(root, JSON_COMPACT);
	char *line = xasprintf("%s\n", text);

	free(text);
	json_decref(root);
	return line;
}

/* The head first: where there is a journal there is a head. */
static int write_new(const char *folder, const char *kind,
		     struct journal_head *last, struct error *err)
{
	char *path = path_join(folder, "journal.ndjson");
	char *head = path_join(folder, "head");
	char *line = first_line(kind);
	char text[JOURNAL_HEAD_SIZE + 1];
	int result = -1;

	if (file_exists(path)) {
		error_set(err, ERROR_REFUSED, "there is a journal already: %s",
			  path);
		goto out;
	}
	last->end = (int64_t)strlen(line);
	digest_bytes(line, strlen(line), last->digest);
	journal_head_encode(last, text);
	if (folder_make(folder, 0755, err) == 0 &&
	    file_replace(head, text, JOURNAL_HEAD_SIZE, 0644, err) == 0 &&
	    file_replace(path, line, strlen(line), 0644, err) == 0)
		result = 0;
out:
	free(path);
	free(head);
	free(line);
	return result;
}

struct journal *journal_create(const char *folder, const char *kind,
			       struct error *err)
{
	struct journal_head last = {0};
	struct journal *journal;

	if (write_new(folder, kind, &last, err) < 0)
		return NULL;
	journal = journal_new(folder, &last);
	if (open_files(journal, err) == 0)
		return journal;
	journal_free(journal);
	return NULL;
}

static int head_is_there(const struct journal_chain *chain, struct error *err)
{
	if (chain->has_head || chain->last.seq == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "record %lld: %s/head is missing, so that the last "
			 "record cannot be checked; put a copy of it back",
			 (long long)chain->last.seq, chain->folder);
}

/* Walks the chain's rest. */
static int walk(struct journal_chain *chain, struct error *err)
{
	struct event *event;
	int got;

	while ((got = journal_chain_next(chain, &event, err)) > 0)
		event_free(event);
	return got < 0 ? -1 : head_is_there(chain, err);
}

/* Cuts what is torn and brings a head that lags up to date. */
static int mend(struct journal *journal, const struct journal_chain *chain,
		struct error *err)
{
	if (chain->has_head && chain->head.seq == journal->last.seq &&
	    !chain->lost)
		return 0;
	if (ftruncate(journal->fd, journal->end) < 0 ||
	    fdatasync(journal->fd) < 0)
		return error_set(err, ERROR_IO,
				 "cannot cut the torn end of "
				 "%s/journal.ndjson: %s",
				 journal->folder, strerror(errno));
	journal->last.synced = journal->last.seq;
	journal->synced = journal->last.seq;
	return write_head(journal, &journal->last, err);
}

struct journal *journal_open(const char *folder, size_t *torn,
			     struct error *err)
{
	struct journal *journal = NULL;
	struct journal_chain chain;

	if (journal_chain_begin(&chain, folder, JOURNAL_SYNCED, err) < 0)
		return NULL;
	journal_chain_skip_to_head(&chain);
	if (walk(&chain, err) < 0)
		goto out;
	chain.last.synced = chain.has_head ? chain.head.synced : 0;
	journal = journal_new(folder, &chain.last);
	if (open_files(journal, err) < 0 || mend(journal, &chain, err) < 0) {
		journal_free(journal);
		journal = NULL;
		goto out;
	}
	if (torn)
		*torn = (size_t)chain.lost;
out:
	journal_chain_end(&chain);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->head_fd >= 0) {
		if (journal_flush(journal, NULL) < 0)
			str_clear(&journal->queue);
		if (!journal->leaves_reserve)
			drop_reserve(journal->folder);
		close(journal->head_fd);
	}
	if (journal->fd >= 0)
		close(journal->fd);
	str_release(&journal->queue);
	digest_free(journal->digest);
	free(journal->folder);
	free(journal);
}

void journal_leave_reserve(struct journal *journal)
{
	journal->leaves_reserve = true;
}

bool journal_is_there(const char *folder)
{
	char *path = path_join(folder, "journal.ndjson");
	bool is_there = file_exists(path);
	struct error why = ERROR_INIT;
	struct journal_head head;

	if (!is_there && journal_head_read(folder, &head, &why) < 0)
		is_there = why.code != ERROR_NOT_FOUND;
	else if (!is_there)
		is_there = head.seq > 0;
	error_clear(&why);
	free(path);
	return is_there;
}

int64_t journal_last_seq(const struct journal *journal)
{
	return journal->last.seq;
}

bool journal_is_current(const struct journal *journal)
{
	char *path = path_join(journal->folder, "journal.ndjson");
	struct stat ours, there;
	bool is = fstat(journal->fd, &ours) == 0 && stat(path, &there) == 0 &&
		  ours.st_dev == there.st_dev && ours.st_ino == there.st_ino &&
		  ours.st_size == journal->end;

	free(path);
	return is;
}

/* To encode an event costs more than to copy it. */
static void add_without_prev(struct str *shown, const char *line, size_t len)
{
	size_t tail = strlen(",\"prev\":\"\"}\n") + DIGEST_TEXT_SIZE - 1;

	str_add_bytes(shown, line, len - tail);
	str_add(shown, "}\n");
}

void journal_append_shown(struct journal *journal, struct event *event,
			  struct str *shown)
{
	struct journal_head *last = &journal->last;
	size_t before = journal->queue.len;
	const char *line;
	size_t len;

	if (event_is_transient(event->type))
		BUG("%s is never journaled", event_type_name(event->type));
	event->seq = ++last->seq;
	event_encode(event, last->digest, &journal->queue);
	line = journal->queue.data + before;
	len = journal->queue.len - before;
	if (shown)
		add_without_prev(shown, line, len);
	digest_bytes_with(journal->digest, line, len, last->digest);
	last->start = last->end;
	last->end += (int64_t)len;
}

void journal_append(struct journal *journal, struct event *event)
{
	journal_append_shown(journal, event, NULL);
}

static int flush(struct journal *journal, bool sync, struct error *err)
{
	struct journal_batch batch = {journal, journal->queue,
				      journal->queue_start, journal->last};

	if (journal_write(&batch, sync, err) < 0)
		return -1;
	str_clear(&journal->queue);
	journal->queue_start = journal->last.end;
	return 0;
}

int journal_flush(struct journal *journal, struct error *err)
{
	return journal->queue.len ? flush(journal, false, err) : 0;
}

int journal_sync(struct journal *journal, struct error *err)
{
	return flush(journal, true, err);
}

struct journal_batch *journal_take(struct journal *journal)
{
	struct journal_batch *batch;

	if (!journal->queue.len)
		return NULL;
	batch = xcalloc(1, sizeof(*batch));
	batch->journal = journal;
	batch->lines = journal->queue;
	batch->start = journal->queue_start;
	batch->head = journal->last;
	str_init(&journal->queue);
	journal->queue_start = journal->last.end;
	return batch;
}

void journal_batch_free(struct journal_batch *batch)
{
	if (!batch)
		return;
	str_release(&batch->lines);
	free(batch);
}

int journal_read(const char *folder, int64_t from,
		 int (*take)(const struct event *event, void *data), void *data,
		 struct error *err)
{
	struct journal_chain chain;
	struct event *event;
	int got;

	if (journal_chain_begin(&chain, folder, JOURNAL_SYNCED, err) < 0)
		return -1;
	while ((got = journal_chain_next(&chain, &event, err)) > 0) {
		if (event->seq >= from)
			got = take(event, data);
		event_free(event);
		if (got < 0)
			break;
	}
	journal_chain_end(&chain);
	return got;
}

int journal_verify(const char *folder, int64_t *records, size_t *torn,
		   struct error *err)
{
	struct journal_chain chain;
	int result;

	if (journal_chain_begin(&chain, folder, JOURNAL_NAMED, err) < 0)
		return -1;
	result = walk(&chain, err);
	if (result == 0) {
		*records = chain.last.seq;
		*torn = (size_t)chain.lost;
	}
	journal_chain_end(&chain);
	return result;
}
