/* SPDX-License-Identifier: MIT */
/* What the system knows of processes; one file for each system behind it. */
#ifndef SIGNALBOX_PROC_IDENTITY_H
#define SIGNALBOX_PROC_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* argv[0] of a keeper; nothing else we start has it. */
#define KEEPER_NAME "signalbox-keeper"

/* A number that with the pid names one process for ever (start time in the
 * system's ticks since boot), 0 when the process does not exist. */
uint64_t process_start_time(pid_t pid);
/* True when that very process still runs (a zombie does not). */
bool process_is(pid_t pid, uint64_t start_time);
/* True when it is there and on its way out: what it has is closed soon. False
 * where the system does not tell. */
bool process_is_ending(pid_t pid);
/* A descriptor that is readable once our child has ended, close-on-exec; -1
 * where the system has no such thing. */
int process_end_fd(pid_t pid);
/* Makes orphans below us our children. False where the system has no such
 * thing. */
bool process_adopt_orphans(void);
/* Our direct children, zombies included: fills at most max, returns how many
 * there are. */
size_t process_children(pid_t *pids, size_t max);
/* True when the process is one of our keepers, by its argument vector. */
bool process_is_keeper(pid_t pid);
/* The variable in which a keeper leaves its pid to what it starts. */
#define KEEPER_VARIABLE "SIGNALBOX_KEEPER"
/* True when a keeper has started it in its session, though that keeper may be
 * gone. False where the system does not tell. */
bool process_was_kept(pid_t pid);
/* Processes of ours, but keepers and what they keep, that have `entry`
 * ("NAME=value") in their environment: fills at most max, returns how many
 * there are. 0 where the system does not tell. */
size_t processes_marked(const char *entry, pid_t *pids, size_t max);
/* Orphans below our parent, the guard, that have `entry` in their environment:
 * fills at most max, returns how many. Cheap where there is no orphan. 0 where
 * the system does not tell. */
size_t processes_stray(const char *entry, pid_t *pids, size_t max);
/* Processes of a session, but ourselves: those of one group of it, or of all
 * (0). Fills at most max, returns how many there are. */
size_t processes_of_session(pid_t session, pid_t group, pid_t *pids,
			    size_t max);
/* Asks for SIGKILL when the thread that forked us ends, where there is such
 * a thing. Async-signal-safe. */
void process_die_with_parent(void);
/* Closes every descriptor from `first` up, but those in keep (sorted).
 * Async-signal-safe. */
void descriptors_close_from(int first, const int *keep, int keep_count);
/* The path of the running program, owned by the caller. */
char *process_own_path(void);

#endif
