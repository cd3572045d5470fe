/* SPDX-License-Identifier: MIT */
/* What threads can be told on one system and not on another. */
#ifndef SIGNALBOX_LOOP_THREAD_H
#define SIGNALBOX_LOOP_THREAD_H

/* The name that debuggers and ps show for the calling thread, cut to what
 * the system takes; nothing where it takes none. */
void thread_name(const char *name);

#endif
