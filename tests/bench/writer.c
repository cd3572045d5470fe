/* SPDX-License-Identifier: MIT */
/*
 * writer BYTES [RATE]: writes as many to standard output, 64 KiB a call, and
 * does nothing else: what a stage that prints a lot could do at best. Each
 * block begins with its number, so that a lost or swapped one is seen. RATE:
 * as many lines a second instead, of 64 bytes, a hundredth at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (64 * 1024)
#define LINE 64

static int write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The next hundredth of a second since `due`. */
static void await(struct timespec *due)
{
	due->tv_nsec += 10000000;
	if (due->tv_nsec >= 1000000000) {
		due->tv_nsec -= 1000000000;
		due->tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL);
}

int main(int argc, char **argv)
{
	static char block[BLOCK];
	long long left = argc > 1 ? atoll(argv[1]) : 0;
	size_t size = argc > 2 ? (size_t)atoll(argv[2]) / 100 * LINE : BLOCK;
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	if (size < LINE || size > BLOCK)
		size = BLOCK;

	memset(block, '.', sizeof(block));
	for (size_t end = LINE; end <= sizeof(block); end += LINE)
		block[end - 1] = '\n';
	for (long long number = 0; left > 0; number++) {
		size_t len = left < (long long)size ? (size_t)left : size;

		block[snprintf(block, 32, "block %020lld", number)] = ' ';
		if (write_all(block, len) < 0) {
			perror("writer");
			return 1;
		}
		left -= (long long)len;
		if (argc > 2)
			await(&due);
	}
	return 0;
}
