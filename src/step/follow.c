/* SPDX-License-Identifier: MIT */
#include "step/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "loop/helper.h"
#include "step/file-facts.h"

enum {
	BLOCK_BYTES = 256 << 10,
	/* What is read of one file before another's turn. */
	PIECE_BYTES = 16 << 20,
	/* Before the counted end, to see whether the file is what it was. */
	SEAM_BYTES = 32,
	/* An end as small as this is read at once, if memory has it: nobody
	 * waits for the helper, and for what it has before it. */
	SMALL_BYTES = 64 << 10,
	LOUD_BYTES = 4 << 20,
	/* Less is a full disk: what is kept back for root is not counted. */
	ROOM_BYTES = 64 << 10,
};
/* How often files are looked at: while one grows by LOUD_BYTES between two
 * looks, so that little is left at its end; while one grows; and while none
 * does. */
#define LOUD_MS 4
#define BUSY_MS 20
#define IDLE_MS 100

struct follow_pool {
	struct loop *loop;
	struct helper *helper; /* NULL until the first piece */
	char *buffer;	       /* the helper's */
	struct timer *look;
	int64_t look_ms;
	struct followed *all;
	struct followed *busy; /* the helper has it */
	int64_t turns;	       /* given so far */
};

struct followed {
	struct follow_pool *pool;
	char *path;
	const struct follow_handlers *handlers;
	void *data;
	int fd;
	struct log_tally tally;
	int64_t end;  /* where to stop; -1: not known yet */
	int64_t turn; /* among those that wait for the helper; 0: it does not */
	bool is_freed;
	struct followed *next;
	/* The helper's while it is busy. */
	int64_t stop; /* the end it was told of */
	int index_fd; /* -1 until the first entry */
	struct log_tally seen;
	struct str index;
	char seam[SEAM_BYTES];
	size_t seam_len;
	int64_t lost; /* bytes that are not there any more */
	bool is_full, is_at_end, cannot_read;
	char *failure;
	bool told_lost, told_full;
};

static void look(void *data);
static void run_next(struct follow_pool *pool);

struct follow_pool *follow_pool_new(struct loop *loop)
{
	struct follow_pool *pool = xcalloc(1, sizeof(*pool));

	pool->loop = loop;
	pool->look = loop_timer(loop, INT64_MAX, look, pool);
	return pool;
}

void follow_pool_free(struct follow_pool *pool)
{
	if (!pool)
		return;
	helper_free(pool->helper);
	timer_free(pool->look);
	free(pool->buffer);
	free(pool);
}

/* Of a file system that cannot say, there is room. */
static bool is_disk_full(int fd)
{
	struct statvfs disk;

	return fstatvfs(fd, &disk) == 0 && disk.f_blocks &&
	       disk.f_bavail * disk.f_frsize < ROOM_BYTES;
}

/* From here to work(): on the helper. */
static ssize_t read_at(int fd, char *data, size_t len, int64_t at)
{
	ssize_t n;

	do {
		n = pread(fd, data, len, at);
	} while (n < 0 && errno == EINTR);
	return n;
}

static void fail(struct followed *followed, const char *doing)
{
	if (!followed->failure)
		followed->failure = xasprintf("cannot %s %s: %s", doing,
					      followed->path, strerror(errno));
}

static bool is_as_it_was(const struct followed *followed)
{
	struct stat status;
	char seam[SEAM_BYTES];
	size_t len = followed->seam_len;

	if (fstat(followed->fd, &status) < 0)
		return true;
	if (status.st_size < followed->seen.bytes)
		return false;
	return !len ||
	       (read_at(followed->fd, seam, len,
			followed->seen.bytes - (int64_t)len) == (ssize_t)len &&
		memcmp(seam, followed->seam, len) == 0);
}

static void open_index(struct followed *followed)
{
	char *path = xasprintf("%s.index", followed->path);

	followed->index_fd =
		file_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600, NULL);
	if (followed->index_fd < 0)
		fail(followed, "index");
	free(path);
}

static void write_index(struct followed *followed)
{
	if (followed->index.len && followed->index_fd < 0)
		open_index(followed);
	if (followed->index_fd >= 0 &&
	    file_write_all(followed->index_fd, followed->index.data,
			   followed->index.len, followed->path, NULL) < 0)
		fail(followed, "index");
	str_clear(&followed->index);
}

static void start_over(struct followed *followed)
{
	followed->lost += followed->seen.bytes;
	memset(&followed->seen, 0, sizeof(followed->seen));
	followed->seam_len = 0;
	if (followed->index_fd < 0)
		open_index(followed);
	if (followed->index_fd >= 0 && ftruncate(followed->index_fd, 0) < 0)
		fail(followed, "index");
}

static void keep_seam(struct followed *followed, const char *data, size_t len)
{
	followed->seam_len = len < SEAM_BYTES ? len : SEAM_BYTES;
	memcpy(followed->seam, data + len - followed->seam_len,
	       followed->seam_len);
}

/* False at the end. */
static bool read_block(struct followed *followed, int64_t stop)
{
	char *buffer = followed->pool->buffer;
	int64_t left = stop - followed->seen.bytes;
	ssize_t n;

	if (left <= 0)
		return false;
	n = read_at(followed->fd, buffer,
		    left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES,
		    followed->seen.bytes);
	if (n < 0)
		fail(followed, "read");
	followed->cannot_read = n < 0;
	followed->is_at_end = n <= 0;
	if (n <= 0)
		return false;
	log_tally_take(&followed->seen, buffer, (size_t)n, &followed->index);
	keep_seam(followed, buffer, (size_t)n);
	return true;
}

static void work(void *data)
{
	struct followed *followed = data;
	int64_t stop;

	if (!is_as_it_was(followed))
		start_over(followed);
	stop = followed->seen.bytes + PIECE_BYTES;
	if (stop > followed->stop)
		stop = followed->stop;
	followed->is_at_end = false;
	while (read_block(followed, stop))
		;
	write_index(followed);
	followed->is_full = is_disk_full(followed->fd);
}

static void want(struct followed *followed)
{
	struct follow_pool *pool = followed->pool;

	if (followed->turn || pool->busy == followed)
		return;
	followed->turn = ++pool->turns;
	run_next(pool);
}

static void release(struct followed *followed)
{
	close(followed->fd);
	if (followed->index_fd >= 0)
		close(followed->index_fd);
	str_release(&followed->index);
	free(followed->failure);
	free(followed->path);
	free(followed);
}

static void tell_lost(struct followed *followed)
{
	char *why = xasprintf("the command emptied %s, where %lld bytes stood",
			      followed->path, (long long)followed->lost);

	followed->told_lost = true;
	followed->handlers->marred(followed->data, why);
	free(why);
}

static void tell_full(struct followed *followed)
{
	char *why = xasprintf("the disk of %s is full, and what the command "
			      "prints may be lost",
			      followed->path);

	followed->told_full = true;
	followed->handlers->marred(followed->data, why);
	free(why);
}

static void tell_faults(struct followed *followed)
{
	if (followed->failure)
		followed->handlers->marred(followed->data, followed->failure);
	free(followed->failure);
	followed->failure = NULL;
	if (followed->lost && !followed->told_lost)
		tell_lost(followed);
	if (followed->is_full && !followed->told_full)
		tell_full(followed);
}

static int64_t size_now(const struct followed *followed)
{
	struct stat status;

	return fstat(followed->fd, &status) < 0 ? followed->tally.bytes
						: status.st_size;
}

/* After a piece: whether there is another. */
static bool has_more(struct followed *followed)
{
	if (followed->cannot_read)
		return false;
	if (followed->end < 0)
		return !followed->is_at_end;
	if (size_now(followed) < followed->end) /* it was cut short since */
		followed->end = size_now(followed);
	return followed->tally.bytes < followed->end;
}

/* On the loop: false where the helper is needed. */
static bool take_small_end(struct followed *followed)
{
	char data[SEAM_BYTES + SMALL_BYTES];
	size_t seam = followed->seam_len;
	int64_t left = followed->end - followed->seen.bytes;
	int64_t from = followed->seen.bytes - (int64_t)seam;
	ssize_t len = (ssize_t)seam + left;

	if (left < 0 || left > SMALL_BYTES ||
	    file_read_cached(followed->fd, data, (size_t)len, from) != len ||
	    memcmp(data, followed->seam, seam) != 0)
		return false;
	log_tally_take(&followed->seen, data + seam, (size_t)left,
		       &followed->index);
	followed->tally = followed->seen;
	return true;
}

static void take_piece(struct followed *followed)
{
	bool more;

	followed->tally = followed->seen;
	more = has_more(followed);
	tell_faults(followed);
	followed->handlers->grew(followed->data);
	if (more && (followed->end < 0 || !take_small_end(followed)))
		want(followed);
	else if (followed->end >= 0)
		followed->handlers->over(followed->data);
}

static void piece_done(void *data)
{
	struct followed *followed = data;
	struct follow_pool *pool = followed->pool;

	pool->busy = NULL;
	if (followed->is_freed)
		release(followed);
	else
		take_piece(followed);
	run_next(pool);
}

static bool goes_before(const struct followed *a, const struct followed *b)
{
	bool ended = a->end >= 0;

	return ended != (b->end >= 0) ? ended : a->turn < b->turn;
}

/* NULL: none waits. */
static struct followed *whose_turn(const struct follow_pool *pool)
{
	struct followed *first = NULL;

	for (struct followed *at = pool->all; at; at = at->next)
		if (at->turn && (!first || goes_before(at, first)))
			first = at;
	return first;
}

static void run_next(struct follow_pool *pool)
{
	struct followed *followed = pool->busy ? NULL : whose_turn(pool);

	if (!followed)
		return;
	followed->turn = 0;
	if (!pool->helper) {
		pool->helper = helper_new(pool->loop, "follower");
		pool->buffer = xmalloc(BLOCK_BYTES);
	}
	followed->stop = followed->end >= 0 ? followed->end : INT64_MAX;
	pool->busy = followed;
	helper_run(pool->helper, work, piece_done, followed);
}

/* The timer's: asks each file whether it has grown. */
static void look(void *data)
{
	struct follow_pool *pool = data;
	int64_t most = 0;

	for (struct followed *at = pool->all; at; at = at->next) {
		int64_t grown = size_now(at) - at->tally.bytes;

		most = grown > most ? grown : most;
		if (at->end < 0 && grown && pool->busy != at &&
		    !at->cannot_read)
			want(at);
	}
	pool->look_ms = most >= LOUD_BYTES ? LOUD_MS
			: most > 0	   ? BUSY_MS
					   : pool->look_ms * 2;
	if (pool->look_ms > IDLE_MS)
		pool->look_ms = IDLE_MS;
	if (pool->all)
		timer_set_in(pool->look, pool->look_ms);
}

struct followed *follow_start(struct follow_pool *pool, const char *path,
			      const struct log_tally *tally,
			      const struct follow_handlers *handlers,
			      void *data, struct error *err)
{
	int fd = file_open(path, O_RDONLY | O_NOFOLLOW, 0, err);
	struct followed *followed;

	if (fd < 0)
		return NULL;
	followed = xcalloc(1, sizeof(*followed));
	followed->pool = pool;
	followed->path = xstrdup(path);
	followed->handlers = handlers;
	followed->data = data;
	followed->fd = fd;
	followed->index_fd = -1;
	followed->end = -1;
	followed->tally = followed->seen = *tally;
	str_init(&followed->index);
	followed->next = pool->all;
	pool->all = followed;
	pool->look_ms = BUSY_MS;
	timer_set_in(pool->look, pool->look_ms);
	return followed;
}

const struct log_tally *follow_tally(const struct followed *followed)
{
	return &followed->tally;
}

const struct str *follow_index(const struct followed *followed)
{
	return &followed->index;
}

bool follow_expect_loss(struct followed *followed)
{
	bool is_news = !followed->told_lost;

	followed->told_lost = true;
	return is_news;
}

bool follow_is_written(const struct followed *followed)
{
	return file_has_writers(followed->fd);
}

void follow_end(struct followed *followed)
{
	struct follow_pool *pool = followed->pool;

	if (followed->end >= 0)
		return;
	followed->turn = 0;
	followed->end = size_now(followed);
	if (pool->busy == followed)
		return; /* it is looked at again when that is done */
	if (followed->end != followed->tally.bytes && !followed->cannot_read &&
	    !take_small_end(followed)) {
		want(followed);
		return;
	}
	followed->is_full = is_disk_full(followed->fd);
	tell_faults(followed);
	followed->handlers->over(followed->data);
}

static void unlink_from_all(struct followed *followed)
{
	struct followed **at = &followed->pool->all;

	while (*at != followed)
		at = &(*at)->next;
	*at = followed->next;
}

void follow_free(struct followed *followed)
{
	struct follow_pool *pool;

	if (!followed)
		return;
	pool = followed->pool;
	unlink_from_all(followed);
	if (pool->busy == followed)
		followed->is_freed = true;
	else
		release(followed);
}
