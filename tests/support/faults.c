/* SPDX-License-Identifier: MIT */
/*
 * A disk that fails, preloaded into the real program (LD_PRELOAD). Not a seam
 * in the program: this way every call counts, also those of libraries and of
 * helpers that no seam would pass by, and what is tested is what is shipped.
 *
 *	FAULTS_FILE	struct faults, shared by all processes of one test
 *	FAULTS_BELOW	the folder whose files fail
 *
 * Only programs whose name begins with "signalbox" take part; stages, git and
 * servers have a good disk.
 */
#include "support/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct faults *faults; /* NULL: takes no part */
static const char *below;

__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("FAULTS_FILE");
	int fd;

	below = getenv("FAULTS_BELOW");
	if (!path || !below ||
	    strncmp(program_invocation_short_name, "signalbox", 9) != 0)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	faults = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	syscall(SYS_close, fd);
	if (faults == MAP_FAILED)
		faults = NULL;
}

static bool is_below(const char *path)
{
	size_t len = strlen(below);

	return strncmp(path, below, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static bool path_of(int fd, char *path, size_t size)
{
	char link[64];
	long len;

	if (fd == AT_FDCWD)
		return getcwd(path, size) != NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return true;
}

/* 0, or the errno that this call must fail with; -1: do half of it. */
static int meets(enum faults_call call, const char *path)
{
	int number;

	if (faults->call != call || !is_below(path))
		return 0;
	number = atomic_fetch_add(&faults->met, 1) + 1;
	if (number < faults->at || (number > faults->at && !faults->sticky))
		return 0;
	if (number == faults->at)
		snprintf(faults->where, sizeof(faults->where), "%s", path);
	return faults->how;
}

static int meets_fd(enum faults_call call, int fd)
{
	char path[4096];
	int why = errno;
	int how = 0;

	if (faults && faults->call == call && path_of(fd, path, sizeof(path)))
		how = meets(call, path);
	errno = why;
	return how;
}

static int meets_at(enum faults_call call, int folder, const char *name)
{
	char path[8192];
	int why = errno;
	size_t len;
	int how = 0;

	if (!faults || faults->call != call)
		return 0;
	if (name[0] == '/') {
		how = meets(call, name);
	} else if (path_of(folder, path, 4096)) {
		len = strlen(path);
		snprintf(path + len, sizeof(path) - len, "/%s", name);
		how = meets(call, path);
	}
	errno = why;
	return how;
}

#define FAIL_IF(how)                 \
	do {                         \
		if ((how) > 0) {     \
			errno = how; \
			return -1;   \
		}                    \
	} while (0)

/* offset -1: where the descriptor stands. */
static int meets_write(int fd, off_t offset, size_t len)
{
	int why = errno;
	struct stat info;
	off_t at;

	if (!faults || faults->call != FAULTS_GROW)
		return meets_fd(FAULTS_WRITE, fd);
	at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
	errno = why;
	if (at >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    at + (off_t)len > info.st_size)
		return meets_fd(FAULTS_GROW, fd);
	return 0;
}

ssize_t write(int fd, const void *data, size_t len)
{
	int how = meets_write(fd, -1, len);

	FAIL_IF(how);
	return syscall(SYS_write, fd, data, how < 0 ? (len + 1) / 2 : len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	int how = meets_write(fd, offset, len);

	FAIL_IF(how);
	return syscall(SYS_pwrite64, fd, data, how < 0 ? (len + 1) / 2 : len,
		       offset);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	return pwrite(fd, data, len, offset);
}

ssize_t copy_file_range(int from, off64_t *in, int to, off64_t *out, size_t len,
			unsigned flags)
{
	int how = meets_write(to, out ? *out : -1, 1);

	FAIL_IF(how);
	return syscall(SYS_copy_file_range, from, in, to, out,
		       how < 0 ? (size_t)1 : len, flags);
}

int fsync(int fd)
{
	int how = meets_fd(FAULTS_SYNC, fd);

	FAIL_IF(how);
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	int how = meets_fd(FAULTS_SYNC, fd);

	FAIL_IF(how);
	return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t len)
{
	int how = meets_fd(FAULTS_CUT, fd);

	FAIL_IF(how);
	return (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate64(int fd, off64_t len)
{
	return ftruncate(fd, len);
}

/* The descriptor is gone, as on Linux after any error but EBADF. */
int close(int fd)
{
	int how = meets_fd(FAULTS_CLOSE, fd);
	int result = (int)syscall(SYS_close, fd);

	FAIL_IF(how);
	return result;
}

static bool is_there(int folder, const char *path)
{
	int why = errno;
	bool is = syscall(SYS_faccessat, folder, path, F_OK) == 0;

	errno = why;
	return is;
}

/* A full disk refuses only what is new. */
static int open_file(int folder, const char *path, int flags, mode_t mode)
{
	bool creates = (flags & O_CREAT) && !is_there(folder, path);
	int how = meets_at(FAULTS_OPEN, folder, path);

	if (!how && creates)
		how = meets_at(FAULTS_CREATE, folder, path);

	FAIL_IF(how);
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                             \
	int name(const char *path, int flags, ...)             \
	{                                                      \
		va_list args;                                  \
		mode_t mode;                                   \
                                                               \
		va_start(args, flags);                         \
		mode = mode_of(flags, args);                   \
		va_end(args);                                  \
		return open_file(AT_FDCWD, path, flags, mode); \
	}
#define OPEN_AT(name)                                          \
	int name(int folder, const char *path, int flags, ...) \
	{                                                      \
		va_list args;                                  \
		mode_t mode;                                   \
                                                               \
		va_start(args, flags);                         \
		mode = mode_of(flags, args);                   \
		va_end(args);                                  \
		return open_file(folder, path, flags, mode);   \
	}

OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

/* What the fortified headers call instead. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

int __open_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
	return open_file(folder, path, flags, 0);
}

int __openat64_2(int folder, const char *path, int flags)
{
	return open_file(folder, path, flags, 0);
}

int mkostemp(char *path, int flags)
{
	int (*real)(char *, int) =
		(int (*)(char *, int))dlsym(RTLD_NEXT, "mkostemp");
	int how = meets_at(FAULTS_OPEN, AT_FDCWD, path);

	if (!how)
		how = meets_at(FAULTS_CREATE, AT_FDCWD, path);
	FAIL_IF(how);
	return real(path, flags);
}

int mkostemp64(char *path, int flags)
{
	return mkostemp(path, flags);
}

char *mkdtemp(char *path)
{
	char *(*real)(char *) = (char *(*)(char *))dlsym(RTLD_NEXT, "mkdtemp");
	int how = meets_at(FAULTS_MKDIR, AT_FDCWD, path);

	if (how > 0) {
		errno = how;
		return NULL;
	}
	return real(path);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
	int how = is_there(folder, path) ? 0
					 : meets_at(FAULTS_MKDIR, folder, path);

	FAIL_IF(how);
	return (int)syscall(SYS_mkdirat, folder, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int renameat(int from, const char *path, int to, const char *name)
{
	int how = meets_at(FAULTS_RENAME, to, name);

	FAIL_IF(how);
	return (int)syscall(SYS_renameat2, from, path, to, name, 0);
}

int rename(const char *path, const char *name)
{
	return renameat(AT_FDCWD, path, AT_FDCWD, name);
}

int link(const char *path, const char *name)
{
	int how = meets_at(FAULTS_RENAME, AT_FDCWD, name);

	FAIL_IF(how);
	return (int)syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0);
}
