/* SPDX-License-Identifier: MIT */
/* The kernel is asked for the connections, by netlink; where it does not
 * answer, its list is read. */
#include "delivery/traffic/sessions.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

#define LIST_LIMIT (64u << 20)
#define ESTABLISHED 1

/* Ours are probes, perhaps kept for the next one. */
static bool is_ours(unsigned long inode)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	char path[300], target[64], wanted[64];
	bool found = false;

	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	while (folder && !found && (entry = readdir(folder))) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		len = readlink(path, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	if (folder)
		closedir(folder);
	return found;
}

static const char *skip_words(const char *at, int words)
{
	while (words-- > 0) {
		at += strspn(at, " ");
		at += strcspn(at, " \n");
	}
	return at + strspn(at, " ");
}

/* sl: local remote state queues timer retries uid timeout inode. Not by
 * sscanf(), which looks for the end of the whole list at each line. */
static bool is_open(const char *line, int first, int count)
{
	const char *remote = skip_words(line, 2);
	const char *port = remote + strcspn(remote, ":\n");
	long number;
	char *end;

	if (*port != ':')
		return false;
	number = strtol(port + 1, &end, 16);
	if (number < first || number >= first + count ||
	    strtol(end, &end, 16) != ESTABLISHED)
		return false;
	return !is_ours(strtoul(skip_words(end, 5), NULL, 10));
}

static int64_t count_lines(const char *text, int first, int count)
{
	int64_t open = 0;

	for (const char *at = strchr(text, '\n'); at && at[1];
	     at = strchr(at + 1, '\n'))
		open += is_open(at + 1, first, count);
	return open;
}

static int64_t count_list(int first, int count)
{
	static const char *const lists[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	struct str text = STR_INIT;
	int64_t open = -1;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		str_clear(&text);
		if (file_read(lists[i], &text, LIST_LIMIT, NULL) < 0)
			continue;
		open = (open > 0 ? open : 0) +
		       count_lines(text.data, first, count);
	}
	str_release(&text);
	return open;
}

/* The established ones alone: the list has each that waits for its end too,
 * tens of thousands behind a busy proxy, and all of it as text. */
static bool ask(int fd, int family)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 wish;
	} question = {
		.head = {.nlmsg_len = sizeof(question),
			 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.wish = {.sdiag_family = (uint8_t)family,
			 .sdiag_protocol = IPPROTO_TCP,
			 .idiag_states = 1 << ESTABLISHED},
	};

	return send(fd, &question, sizeof(question), 0) == sizeof(question);
}

static bool is_answer(const struct nlmsghdr *head, int first, int count)
{
	const struct inet_diag_msg *it = NLMSG_DATA(head);
	int port = ntohs(it->id.idiag_dport);

	return port >= first && port < first + count &&
	       !is_ours(it->idiag_inode);
}

/* -1: it does not say. */
static int64_t count_answers(int fd, int first, int count)
{
	union {
		struct nlmsghdr head; /* for its alignment */
		char bytes[32768];
	} buffer;
	int64_t open = 0;
	ssize_t got;

	while ((got = recv(fd, &buffer, sizeof(buffer), 0)) > 0) {
		unsigned left = (unsigned)got;

		for (struct nlmsghdr *at = &buffer.head; NLMSG_OK(at, left);
		     at = NLMSG_NEXT(at, left)) {
			if (at->nlmsg_type == NLMSG_DONE)
				return open;
			if (at->nlmsg_type != SOCK_DIAG_BY_FAMILY)
				return -1;
			open += is_answer(at, first, count);
		}
	}
	return -1;
}

static int64_t count_family(int family, int first, int count)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_SOCK_DIAG);
	int64_t open = -1;

	if (fd < 0)
		return -1;
	if (ask(fd, family))
		open = count_answers(fd, first, count);
	close(fd);
	return open;
}

int64_t sessions_open(int first, int count)
{
	int64_t open = count_family(AF_INET, first, count);
	int64_t six;

	if (open < 0)
		return count_list(first, count);
	six = count_family(AF_INET6, first, count);
	return six > 0 ? open + six : open;
}
