/* SPDX-License-Identifier: MIT */
/* traffic: haproxy, one of our own or one that is there. */
#include "pipeline/sections.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

bool parse_address(const char *text, size_t *host, int *port)
{
	const char *colon = strrchr(text, ':');
	long number;

	if (!colon || colon == text || strpbrk(text, " \t/@,"))
		return false;
	*host = (size_t)(colon - text);
	if (memchr(text, ':', *host) &&
	    (text[0] != '[' || text[*host - 1] != ']'))
		return false;
	if (!parse_whole(colon + 1, &number) || number < 1 || number > 65535)
		return false;
	*port = (int)number;
	return true;
}

void read_listen(struct reader *reader, const struct node *value, void *into)
{
	size_t host;
	int port;

	if (value->kind == NODE_TEXT && value->text[0] &&
	    !parse_address(value->text, &host, &port))
		complain_about(reader, value,
			       "'%.80s' is no address and port; write "
			       "127.0.0.1:8080, or *:8080 for every address",
			       value->text);
	else
		read_line(reader, value, into);
}

static void read_socket(struct reader *reader, const struct node *value,
			void *into)
{
	size_t host;
	int port;

	if (value->kind == NODE_TEXT && value->text[0] &&
	    value->text[0] != '/' && !parse_address(value->text, &host, &port))
		complain_about(reader, value,
			       "'%.80s' is no admin socket; write its whole "
			       "path, or host:port",
			       value->text);
	else
		read_line(reader, value, into);
}

void read_absolute(struct reader *reader, const struct node *value, void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] && value->text[0] != '/')
		complain_about(reader, value,
			       "'%.80s' is no whole path; begin it with '/'",
			       value->text);
	else
		read_line(reader, value, into);
}

/* HAProxy's own rule; these words become part of commands on its socket. */
static bool is_proxy_word(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.:", *text))
			return false;
	return true;
}

static void read_proxy_word(struct reader *reader, const struct node *value,
			    void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] &&
	    !is_proxy_word(value->text))
		complain_about(reader, value,
			       "'%.80s' is no name in HAProxy; it has letters, "
			       "digits, '-', '_', '.' and ':'",
			       value->text);
	else
		read_line(reader, value, into);
}

static void read_servers(struct reader *reader, const struct node *value,
			 void *into)
{
	struct strings *servers = into;

	read_lines(reader, value, servers);
	if (value->kind == NODE_LIST && !value->count)
		complain_about(reader, value,
			       "'%s' names no server; a colour needs at least "
			       "one",
			       value->key);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++) {
		const struct node *item = &value->children[i];

		if (item->kind == NODE_TEXT && item->text[0] &&
		    !is_proxy_word(item->text))
			complain_about(reader, item,
				       "'%.80s' is no name of a server in "
				       "HAProxy",
				       item->text);
	}
}

static const struct key haproxy_keys[] = {
	{"listen", read_listen, offsetof(struct haproxy_traffic, listen),
	 false},
	{"socket", read_socket, offsetof(struct haproxy_traffic, socket),
	 false},
	{"backend", read_proxy_word, offsetof(struct haproxy_traffic, backend),
	 false},
	{"blue", read_servers, offsetof(struct haproxy_traffic, servers[0]),
	 false},
	{"green", read_servers, offsetof(struct haproxy_traffic, servers[1]),
	 false},
	{"server-state", read_absolute,
	 offsetof(struct haproxy_traffic, server_state), false},
	{"ring", read_proxy_word, offsetof(struct haproxy_traffic, ring),
	 false},
	{"config", NULL, 0, false},
	{"tls", NULL, 0, false},
	{"algorithm", NULL, 0, false},
};
static const struct schema haproxy_schema = SCHEMA("haproxy", haproxy_keys);

static void check_managed(struct reader *reader, const struct node *value)
{
	for (size_t i = 0; i < value->count; i++) {
		const struct node *child = &value->children[i];

		if (child->repeated || strcmp(child->key, "listen") == 0 ||
		    strcmp(child->key, "socket") == 0)
			continue;
		for (size_t j = 0; j < haproxy_schema.count; j++)
			if (haproxy_keys[j].read &&
			    strcmp(child->key, haproxy_keys[j].name) == 0)
				complain_at(reader, child->key_place,
					    "'%s' belongs to an HAProxy that "
					    "is there already, and 'listen' "
					    "to one that signalbox writes",
					    child->key);
	}
}

static void check_attached(struct reader *reader, const struct node *value,
			   const struct haproxy_traffic *haproxy)
{
	static const char *const wanted[] = {"backend", "blue", "green"};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!node_find(value, wanted[i]))
			complain_at(reader, node_place(value),
				    "'%s' is missing; an HAProxy that is "
				    "there needs socket, backend, blue and "
				    "green",
				    wanted[i]);
	if (!node_find(value, "server-state"))
		complain_at(reader, node_place(value),
			    "'server-state' is missing: name the file that "
			    "HAProxy's load-server-state-from-file reads; "
			    "without it a reload would give traffic back to "
			    "the old colour");
	for (size_t i = 0; i < haproxy->servers[1].count; i++)
		if (strings_has(&haproxy->servers[0],
				haproxy->servers[1].items[i]))
			complain_at(reader, node_place(value),
				    "server '%s' is blue and green; each "
				    "colour has its own servers",
				    haproxy->servers[1].items[i]);
}

void read_haproxy(struct reader *reader, const struct node *value, void *into)
{
	bool listen = node_find(value, "listen");
	bool socket = node_find(value, "socket");
	bool strange;

	read_map(reader, value, &haproxy_schema, into);
	if (value->kind != NODE_MAP)
		return;
	strange = has_strange_key(value, &haproxy_schema);
	if (listen && socket)
		complain_at(reader, node_place(value),
			    "'listen' and 'socket' exclude each other: the "
			    "one lets signalbox write and start an HAProxy, "
			    "the other steers one that is there");
	else if (listen)
		check_managed(reader, value);
	else if (socket && !strange)
		check_attached(reader, value, into);
	else if (!socket && !strange)
		complain_at(reader, node_place(value),
			    "write listen: \"127.0.0.1:8080\" for an HAProxy "
			    "of our own, or socket, backend, blue, green and "
			    "server-state for one that is there");
}
