/* SPDX-License-Identifier: MIT */
/* What a test and the library that it preloads (faults.c) share. */
#ifndef SIGNALBOX_TESTS_SUPPORT_FAULTS_H
#define SIGNALBOX_TESTS_SUPPORT_FAULTS_H

#include <stdatomic.h>

enum faults_call {
	FAULTS_NONE,
	FAULTS_WRITE,  /* write, pwrite, copy_file_range */
	FAULTS_GROW,   /* those that make a file longer: a full disk */
	FAULTS_SYNC,   /* fsync, fdatasync */
	FAULTS_OPEN,   /* open, openat, mkostemp */
	FAULTS_CREATE, /* those that make a file */
	FAULTS_CLOSE,  /* which closes all the same */
	FAULTS_RENAME, /* rename, link */
	FAULTS_MKDIR,  /* mkdir, mkdtemp */
	FAULTS_CUT,    /* ftruncate */
	FAULTS_CALL_COUNT,
};

#define FAULTS_SHORT (-1)

struct faults {
	enum faults_call call;
	int how;    /* an errno, or FAULTS_SHORT: half of the bytes */
	int at;	    /* which of the calls, from 1 */
	int sticky; /* and every one after it */
	atomic_int met;
	char where[256]; /* the file of the one that failed */
};

#endif
