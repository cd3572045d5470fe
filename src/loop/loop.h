/* SPDX-License-Identifier: MIT */
/*
 * loop/ is the one place where a thread waits: descriptors, monotonic
 * deadlines, children's ends and what another thread posts.
 *
 *	struct loop *loop = loop_new();
 *	loop_watch(loop, fd, POLLIN, ready, data);
 *	loop_run(loop);                 // until loop_stop()
 *	loop_free(loop);
 *
 * A callback may remove itself, others, or add more: what is removed is
 * marked dead and swept after the pass. One thread owns a loop; only
 * loop_post() may be called from another.
 */
#ifndef SIGNALBOX_LOOP_LOOP_H
#define SIGNALBOX_LOOP_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct watch;
struct timer;

struct loop *loop_new(void);
void loop_free(struct loop *loop);
/* Turns until loop_stop(). */
void loop_run(struct loop *loop);
/* One pass: waits at most until the nearest deadline, or timeout_ms when
 * that is not negative and nearer. Returns false once stopped. */
bool loop_turn(struct loop *loop, int timeout_ms);
void loop_stop(struct loop *loop);

typedef void watch_callback(int fd, short revents, void *data);
/* events are poll()'s; 0 watches only for errors and hang-up. */
struct watch *loop_watch(struct loop *loop, int fd, short events,
			 watch_callback *ready, void *data);
void watch_events(struct watch *watch, short events);
/* Does not close the descriptor. NULL is fine. */
void watch_remove(struct watch *watch);

typedef void timer_callback(void *data);
/* Fires once at deadline_us (clock_monotonic_us()); the timer stays owned by
 * the caller and may be set again, also from its own callback. */
struct timer *loop_timer(struct loop *loop, int64_t deadline_us,
			 timer_callback *fire, void *data);
void timer_set(struct timer *timer, int64_t deadline_us);
/* Milliseconds from now. */
void timer_set_in(struct timer *timer, int64_t ms);
void timer_stop(struct timer *timer); /* keeps it, unarmed */
void timer_free(struct timer *timer); /* NULL is fine */

/* Runs once, on the loop's thread, after this pass; from any thread. */
void loop_post(struct loop *loop, timer_callback *run, void *data);
/* Forgets such posts that did not run yet; on the loop's thread. For an
 * object that is freed while it may still be posted. */
void loop_unpost(struct loop *loop, timer_callback *run, const void *data);

/* Calls ended once, with waitpid's status, when the child was reaped. Only
 * this pid is waited for, never -1. The loop's thread must have forked it. */
typedef void child_callback(pid_t pid, int status, void *data);
void loop_child(struct loop *loop, pid_t pid, child_callback *ended,
		void *data);
/* Its end is told to nobody, and reaping it is the caller's again. */
void loop_child_forget(struct loop *loop, pid_t pid);
/* Calls `arrived` on the loop's thread after the signal came. The handler
 * itself only writes to the wake pipe. */
typedef void signal_callback(int signal_number, void *data);
void loop_signal(struct loop *loop, int signal_number, signal_callback *arrived,
		 void *data);

#endif
