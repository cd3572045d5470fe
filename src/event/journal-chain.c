/* SPDX-License-Identifier: MIT */
#include "event/journal-chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define LINE_LIMIT (64u << 20)
#define FORMAT 1
#define PREV_START ",\"prev\":\""
#define PREV_END "\"}\n"

/* A line in the buffer; good until the next is read. */
struct line {
	const char *text;
	size_t len; /* '\n' included */
	bool whole; /* ends with '\n' */
};

static int fill(struct journal_chain *chain, struct error *err)
{
	ssize_t n;

	str_reserve(&chain->buffer, 65536);
	do {
		n = read(chain->fd, chain->buffer.data + chain->buffer.len,
			 65536);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(err, ERROR_IO,
				 "cannot read %s/journal.ndjson: %s",
				 chain->folder, strerror(errno));
	chain->buffer.len += (size_t)n;
	chain->buffer.data[chain->buffer.len] = '\0';
	return n > 0;
}

/* Looks at the line after the one at chain->at without taking it, or at that
 * one itself. 1, 0 at the end of the file, -1. */
static int peek(struct journal_chain *chain, size_t ahead, struct line *line,
		struct error *err)
{
	size_t searched = 0;

	for (;;) {
		const char *start = chain->buffer.data + chain->at + ahead;
		size_t left = chain->buffer.len - chain->at - ahead;
		const char *end =
			memchr(start + searched, '\n', left - searched);
		int more;

		line->text = start;
		line->whole = end != NULL;
		line->len = end ? (size_t)(end - start) + 1 : left;
		if (end)
			return 1;
		if (left > LINE_LIMIT)
			return error_set(err, ERROR_CORRUPT,
					 "record %lld: longer than %u MiB",
					 (long long)chain->last.seq + 1,
					 LINE_LIMIT >> 20);
		searched = left;
		more = fill(chain, err);
		if (more < 0)
			return -1;
		if (!more)
			return left > 0;
	}
}

static int next_line(struct journal_chain *chain, struct line *line,
		     struct error *err)
{
	if (chain->at > 65536 || chain->at == chain->buffer.len) {
		str_drop(&chain->buffer, chain->at);
		chain->at = 0;
	}
	return peek(chain, 0, line, err);
}

/* The digits of "prev", which is always the last member; NULL if it is not. */
static const char *prev_of(const struct line *line)
{
	size_t start = strlen(PREV_START);
	size_t end = strlen(PREV_END);
	size_t digits = DIGEST_TEXT_SIZE - 1;
	const char *at;

	if (line->len < start + digits + end)
		return NULL;
	at = line->text + line->len - end - digits - start;
	if (memcmp(at, PREV_START, start) != 0 ||
	    memcmp(at + start + digits, PREV_END, end) != 0)
		return NULL;
	return at + start;
}

static bool same_digest(const char *digits, const char *digest)
{
	return digits && memcmp(digits, digest, DIGEST_TEXT_SIZE - 1) == 0;
}

static void take(struct journal_chain *chain, const struct line *line,
		 const char *digest)
{
	chain->last.start = chain->last.end;
	chain->last.end += (int64_t)line->len;
	memcpy(chain->last.digest, digest, DIGEST_TEXT_SIZE);
	chain->at += line->len;
}

static int first_line(struct journal_chain *chain, struct error *err)
{
	char digest[DIGEST_TEXT_SIZE];
	struct line line;
	int got = next_line(chain, &line, err);
	json_t *root;
	bool ours;
	int64_t format;

	if (got < 0)
		return -1;
	root = got && line.whole ? json_loadb(line.text, line.len,
					      JSON_REJECT_DUPLICATES, NULL)
				 : NULL;
	ours = strcmp(json_text(root, "journal"), "signalbox") == 0;
	format = json_int(root, "format", 0);
	json_decref(root);
	if (ours && format > FORMAT)
		return error_set(err, ERROR_CORRUPT,
				 "record 0: format %lld: a newer signalbox "
				 "wrote this journal",
				 (long long)format);
	if (!ours || format != FORMAT)
		return error_set(err, ERROR_CORRUPT,
				 "record 0: the first line is no journal's");
	digest_bytes(line.text, line.len, digest);
	take(chain, &line, digest);
	if (chain->has_head && chain->head.seq == 0 &&
	    strcmp(digest, chain->head.digest) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "record 0: the first line was changed");
	return 0;
}

static int read_head(struct journal_chain *chain,
		     enum journal_strictness strictness, struct error *err)
{
	struct error why = ERROR_INIT;

	if (journal_head_read(chain->folder, &chain->head, &why) == 0) {
		chain->has_head = true;
		chain->required = strictness == JOURNAL_NAMED
					  ? chain->head.seq
					  : chain->head.synced;
		return 0;
	}
	if (why.code != ERROR_NOT_FOUND)
		return error_move(err, &why);
	error_clear(&why);
	return 0;
}

/* What its head tells of is not nothing when it is gone. */
static int open_journal(const struct journal_chain *chain, const char *path,
			struct error *err)
{
	struct error why = ERROR_INIT;
	int fd = file_open(path, O_RDONLY, 0, &why);

	if (fd >= 0)
		return fd;
	if (why.code != ERROR_NOT_FOUND || !chain->head.seq)
		return error_move(err, &why);
	error_clear(&why);
	return error_set(err, ERROR_CORRUPT,
			 "%s is gone, and its head tells of %lld records", path,
			 (long long)chain->head.seq);
}

int journal_chain_begin(struct journal_chain *chain, const char *folder,
			enum journal_strictness strictness, struct error *err)
{
	char *path = path_join(folder, "journal.ndjson");

	memset(chain, 0, sizeof(*chain));
	str_init(&chain->buffer);
	chain->folder = xstrdup(folder);
	chain->digest = digest_new();
	chain->fd = -1;
	/* The head before the journal: its records are then there, though
	 * another process may be appending. */
	if (read_head(chain, strictness, err) == 0)
		chain->fd = open_journal(chain, path, err);
	free(path);
	if (chain->fd >= 0 && first_line(chain, err) == 0)
		return 0;
	journal_chain_end(chain);
	return -1;
}

bool journal_chain_skip_to_head(struct journal_chain *chain)
{
	const struct journal_head *head = &chain->head;
	size_t len = (size_t)(head->end - head->start);
	char digest[DIGEST_TEXT_SIZE];
	char *line;
	bool agrees;

	if (!chain->has_head || head->seq == 0 || len > LINE_LIMIT ||
	    head->start < chain->last.end)
		return false;
	line = xmalloc(len);
	agrees = pread(chain->fd, line, len, head->start) == (ssize_t)len;
	if (agrees)
		digest_bytes(line, len, digest);
	free(line);
	if (!agrees || strcmp(digest, head->digest) != 0 ||
	    lseek(chain->fd, head->end, SEEK_SET) < 0)
		return false;
	chain->last = *head;
	str_clear(&chain->buffer);
	chain->at = 0;
	return true;
}

static int damaged(int64_t seq, const char *why, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "record %lld: %s", (long long)seq,
			 why);
}

/* Whether the head or the record after it says that the line is as it was
 * written: 1 yes, 0 no, -1 nothing speaks of it. */
static int vouched(struct journal_chain *chain, const struct line *line,
		   const char *digest)
{
	struct line after;

	if (chain->has_head && chain->last.seq + 1 == chain->head.seq)
		return strcmp(digest, chain->head.digest) == 0;
	if (peek(chain, line->len, &after, NULL) != 1 || !prev_of(&after))
		return -1;
	return same_digest(prev_of(&after), digest);
}

/* The line's "prev" is not the digest of the record before it: one of the
 * two was changed. */
static int broken_link(struct journal_chain *chain, const struct line *line,
		       const char *digest, struct error *err)
{
	bool before_is_whole =
		chain->has_head && chain->head.seq == chain->last.seq;
	bool before = !before_is_whole && vouched(chain, line, digest) != 0;

	return damaged(chain->last.seq + !before,
		       "changed: the digest that was taken of it when it was "
		       "written is another",
		       err);
}

/* The end of what can be read. What is missing may have been promised. */
static int at_end(struct journal_chain *chain, struct error *err)
{
	struct stat st;

	if (chain->has_head && chain->last.seq < chain->required)
		return error_set(err, ERROR_CORRUPT,
				 "record %lld: missing or cut short: the head "
				 "names %lld records",
				 (long long)chain->last.seq + 1,
				 (long long)chain->head.seq);
	if (fstat(chain->fd, &st) == 0 && st.st_size > chain->last.end)
		chain->lost = st.st_size - chain->last.end;
	if (chain->has_head && chain->head.seq > chain->last.seq &&
	    chain->head.end - chain->last.end > chain->lost)
		chain->lost = chain->head.end - chain->last.end;
	return 0;
}

/* A line that does not decode is the torn tail when it is the last one and
 * nothing says that it must be whole. */
static bool is_torn(struct journal_chain *chain, const struct line *line)
{
	struct line after;

	if (chain->last.seq < chain->required)
		return false;
	return !line->whole || peek(chain, line->len, &after, NULL) == 0;
}

static int check(struct journal_chain *chain, const struct line *line,
		 const struct event *event, struct error *err)
{
	int64_t seq = chain->last.seq + 1;
	char digest[DIGEST_TEXT_SIZE];

	if (event->seq != seq)
		return error_set(err, ERROR_CORRUPT,
				 "record %lld: it says that it is number %lld",
				 (long long)seq, (long long)event->seq);
	digest_bytes_with(chain->digest, line->text, line->len, digest);
	if (!prev_of(line))
		return damaged(seq, "it does not end with \"prev\"", err);
	if (!same_digest(prev_of(line), chain->last.digest))
		return broken_link(chain, line, digest, err);
	if (chain->has_head && seq == chain->head.seq &&
	    (strcmp(digest, chain->head.digest) != 0 ||
	     chain->head.end != chain->last.end + (int64_t)line->len))
		return damaged(seq, "changed: the head has another digest",
			       err);
	chain->last.seq = seq;
	take(chain, line, digest);
	return 0;
}

int journal_chain_next(struct journal_chain *chain, struct event **event,
		       struct error *err)
{
	struct error why = ERROR_INIT;
	struct line line;
	int got = next_line(chain, &line, err);

	if (got <= 0)
		return got < 0 ? -1 : at_end(chain, err);
	if (!line.whole)
		return at_end(chain, err);
	*event = event_decode(line.text, line.len, &why);
	if (!*event) {
		if (is_torn(chain, &line)) {
			error_clear(&why);
			return at_end(chain, err);
		}
		error_prefix(&why, "record %lld",
			     (long long)chain->last.seq + 1);
		return error_move(err, &why);
	}
	if (check(chain, &line, *event, err) == 0)
		return 1;
	event_free(*event);
	*event = NULL;
	return -1;
}

void journal_chain_end(struct journal_chain *chain)
{
	if (chain->fd >= 0)
		close(chain->fd);
	chain->fd = -1;
	str_release(&chain->buffer);
	digest_free(chain->digest);
	chain->digest = NULL;
	free(chain->folder);
	chain->folder = NULL;
}
