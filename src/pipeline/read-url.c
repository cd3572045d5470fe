/* SPDX-License-Identifier: MIT */
/* The reader of a URL that reader.h declares. What is let pass has a host, and
 * a port that can be; whether they are there is seen when they are asked. */
#include "pipeline/reader.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What stands in '[' and ']': an IPv6 address, "%25ZONE" behind it perhaps. */
static bool is_ipv6(const char *text, size_t len)
{
	char *address = xstrndup(text, len);
	char *zone = strchr(address, '%');
	struct in6_addr binary;
	bool is;

	if (zone)
		*zone = '\0';
	is = inet_pton(AF_INET6, address, &binary) == 1;
	free(address);
	return is;
}

/* Not its labels: what a name server takes is its own affair. */
static bool is_host_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr("-_.~%", text[i]) && (unsigned char)text[i] < 0x80)
			return false;
	return len > 0;
}

/* Empty is the usual one. */
static bool is_port(const char *text, size_t len)
{
	char *digits = xstrndup(text, len);
	long number = 0;
	bool is = !len || (parse_whole(digits, &number) && number >= 1 &&
			   number <= 65535);

	free(digits);
	return is;
}

/* What stands between "//" and the path: "USER:PASSWORD@HOST:PORT". */
static bool is_authority(const char *text, size_t len)
{
	const char *end = text + len;
	const char *at;

	while ((at = memchr(text, '@', (size_t)(end - text))))
		text = at + 1;
	if (*text == '[') {
		at = memchr(text, ']', (size_t)(end - text));
		if (!at || !is_ipv6(text + 1, (size_t)(at - text) - 1))
			return false;
		at++;
	} else {
		at = memchr(text, ':', (size_t)(end - text));
		at = at ? at : end;
		if (!is_host_name(text, (size_t)(at - text)))
			return false;
	}
	return at == end ||
	       (*at == ':' && is_port(at + 1, (size_t)(end - at) - 1));
}

static bool is_url(const char *text)
{
	const char *rest = NULL;

	if (starts_with(text, "http://"))
		rest = text + strlen("http://");
	else if (starts_with(text, "https://"))
		rest = text + strlen("https://");
	return rest && !strpbrk(rest, " \"<>\\^`{|}") &&
	       is_authority(rest, strcspn(rest, "/?#"));
}

void read_url(struct reader *reader, const struct node *value, void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] && !is_url(value->text))
		complain_about(reader, value,
			       "'%.80s' is no URL; write it as "
			       "http://127.0.0.1:8080",
			       value->text);
	else
		read_line(reader, value, into);
}
