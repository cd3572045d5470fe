/* SPDX-License-Identifier: MIT */
/* preview: how people look at a candidate before it has traffic. */
#include "pipeline/sections.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static bool is_token(const char *text)
{
	if (!isalpha((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '-')
			return false;
	return true;
}

/* Everybody would look at the candidate. */
static bool is_everybodys(const char *text)
{
	static const char *const names[] = {
		"Accept",	  "Accept-Encoding", "Accept-Language",
		"Authorization",  "Cache-Control",   "Connection",
		"Content-Length", "Content-Type",    "Cookie",
		"Host",		  "Origin",	     "Referer",
		"User-Agent",	  "X-Forwarded-For",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i], text) == 0)
			return true;
	return false;
}

static void read_header(struct reader *reader, const struct node *value,
			void *into)
{
	if (value->kind != NODE_TEXT || !value->text[0])
		read_line(reader, value, into);
	else if (!is_token(value->text))
		complain_about(
			reader, value,
			"'%.80s' is no name of a header; it has letters, "
			"digits and '-', as X-Preview",
			value->text);
	else if (is_everybodys(value->text))
		complain_about(reader, value,
			       "'%.80s' is in requests of people who want what "
			       "is live; name one of your own, as X-Preview",
			       value->text);
	else
		read_line(reader, value, into);
}

static const struct key preview_keys[] = {
	{"header", read_header, offsetof(struct preview_config, header), false},
	{"listen", read_listen, offsetof(struct preview_config, listen), false},
};
static const struct schema preview_schema = SCHEMA("preview", preview_keys);

void read_preview(struct reader *reader, const struct node *value, void *into)
{
	read_map(reader, value, &preview_schema, into);
	if (value->kind == NODE_MAP && !value->count)
		complain_at(reader, node_place(value),
			    "preview says how the candidate is reached; write "
			    "{header: X-Preview} or {listen: "
			    "\"127.0.0.1:8088\"}, or both");
}

void preview_check(struct reader *reader, const struct node *value,
		   const struct environment_config *environment)
{
	const struct traffic_config *traffic = &environment->traffic;
	const struct node *preview = node_find(value, "preview");

	if (!preview)
		return;
	if (traffic->kind == TRAFFIC_EXEC)
		complain_at(reader, preview->key_place,
			    "the command that steers the traffic of '%s' knows "
			    "no preview; take it out, and let the proxy have "
			    "one of its own",
			    environment->name);
	else if (traffic->haproxy.socket || traffic->nginx.folder)
		complain_at(reader, preview->key_place,
			    "the configuration of the %s of '%s' is not ours "
			    "to write a preview into; take it out, or let "
			    "signalbox write it all by 'listen'",
			    traffic->haproxy.socket ? "HAProxy" : "nginx",
			    environment->name);
}
