/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "delivery/log-bound.h"

#define MIB (1 << 20)

static void a_log_past_its_bound_keeps_its_end(void **state)
{
	char path[] = "/tmp/signalbox-bound-XXXXXX";
	int fd = mkstemp(path);
	static char block[MIB];
	struct stat st;
	char tail[8] = "";

	(void)state;
	fcntl(fd, F_SETFL, O_APPEND);
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 8; i++)
		assert_int_equal(
			file_write_all(fd, block, sizeof(block), path, NULL),
			0);
	log_bound(fd, 16 * MIB, MIB);
	fstat(fd, &st);
	assert_true((off_t)st.st_blocks * 512 >= 8 * MIB);
	log_bound(fd, 4 * MIB, MIB);
	fstat(fd, &st);
	assert_true((off_t)st.st_blocks * 512 <= 2 * MIB);
	assert_int_equal(file_write_all(fd, "newest", 6, path, NULL), 0);
	fstat(fd, &st);
	assert_int_equal(pread(fd, tail, 7, st.st_size - 7), 7);
	assert_string_equal(tail, "xnewest");
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_past_its_bound_keeps_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
