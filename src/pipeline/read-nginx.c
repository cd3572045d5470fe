/* SPDX-License-Identifier: MIT */
/* traffic: nginx, one of our own or one that is there. */
#include "pipeline/sections.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

/* The name becomes part of a variable's and of a log's line. */
static void read_upstream(struct reader *reader, const struct node *value,
			  void *into)
{
	for (const char *at = value->kind == NODE_TEXT ? value->text : ""; *at;
	     at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_.", *at)) {
			complain_about(reader, value,
				       "'%.80s' is no name of an upstream; "
				       "it has letters, digits, '-', '_' and "
				       "'.'",
				       value->text);
			return;
		}
	read_line(reader, value, into);
}

/* nginx reads " and \ and $ in a path for itself. */
static void read_place(struct reader *reader, const struct node *value,
		       void *into)
{
	if (value->kind == NODE_TEXT && strpbrk(value->text, "\"\\$"))
		complain_about(reader, value,
			       "'%.80s' has a \", \\ or $, which nginx reads "
			       "otherwise",
			       value->text);
	else
		read_absolute(reader, value, into);
}

static const struct key nginx_keys[] = {
	{"listen", read_listen, offsetof(struct nginx_traffic, listen), false},
	{"folder", read_place, offsetof(struct nginx_traffic, folder), false},
	{"blue", read_upstream, offsetof(struct nginx_traffic, upstreams[0]),
	 false},
	{"green", read_upstream, offsetof(struct nginx_traffic, upstreams[1]),
	 false},
	{"log", read_place, offsetof(struct nginx_traffic, log), false},
	{"reload", read_line, offsetof(struct nginx_traffic, reload), false},
	{"config", NULL, 0, false},
	{"tls", NULL, 0, false},
};
static const struct schema nginx_schema = SCHEMA("nginx", nginx_keys);

static void check_managed(struct reader *reader, const struct node *value)
{
	for (size_t i = 1; i < ARRAY_SIZE(nginx_keys); i++) {
		const struct node *child = node_find(value, nginx_keys[i].name);

		if (child && nginx_keys[i].read && !child->repeated)
			complain_at(reader, child->key_place,
				    "'%s' belongs to an nginx that is there "
				    "already, and 'listen' to one that "
				    "signalbox writes",
				    child->key);
	}
}

static void check_attached(struct reader *reader, const struct node *value,
			   const struct nginx_traffic *nginx)
{
	static const char *const wanted[] = {"blue", "green", "log"};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!node_find(value, wanted[i]))
			complain_at(reader, node_place(value),
				    "'%s' is missing; an nginx that is there "
				    "needs folder, blue, green and log",
				    wanted[i]);
	if (nginx->upstreams[0] && nginx->upstreams[1] &&
	    strcmp(nginx->upstreams[0], nginx->upstreams[1]) == 0)
		complain_at(reader, node_place(value),
			    "upstream '%s' is blue and green; each colour has "
			    "its own",
			    nginx->upstreams[0]);
}

void read_nginx(struct reader *reader, const struct node *value, void *into)
{
	struct traffic_config *traffic = into;
	bool listen = node_find(value, "listen");
	bool folder = node_find(value, "folder");
	bool strange;

	traffic->kind = TRAFFIC_NGINX;
	read_map(reader, value, &nginx_schema, &traffic->nginx);
	if (value->kind != NODE_MAP)
		return;
	strange = has_strange_key(value, &nginx_schema);
	if (listen && folder)
		complain_at(reader, node_place(value),
			    "'listen' and 'folder' exclude each other: the "
			    "one lets signalbox write and start an nginx, "
			    "the other steers one that is there");
	else if (listen)
		check_managed(reader, value);
	else if (folder && !strange)
		check_attached(reader, value, &traffic->nginx);
	else if (!folder && !strange)
		complain_at(reader, node_place(value),
			    "write listen: \"127.0.0.1:8080\" for an nginx "
			    "of our own, or folder, blue, green and log for "
			    "one that is there");
}
