/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/haproxy-config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/traffic/haproxy-lines.h"

#define SOCKET_WORDS "\tstats socket "

static int check_word(const char *what, const char *text, const char *allowed,
		      struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *at;

	if (!text)
		return 0;
	for (at = text; *at; at++)
		if (!strchr(letters, *at) && !strchr(allowed, *at))
			return error_set(
				err, ERROR_CONFIG,
				"%s \"%s\" cannot be written into "
				"haproxy's configuration; use letters, "
				"digits and %s",
				what, text, allowed);
	if (at == text)
		return error_set(err, ERROR_CONFIG, "%s is empty", what);
	return 0;
}

int haproxy_config_check(const struct environment_config *environment,
			 struct error *err)
{
	const struct target_config *target = &environment->target;

	if (check_word("listen", environment->traffic.haproxy.listen, ".:-_*[]",
		       err) < 0 ||
	    check_word("preview's listen", environment->preview.listen,
		       ".:-_*[]", err) < 0 ||
	    check_word("preview's header", environment->preview.header, "-_",
		       err) < 0)
		return -1;
	return check_word("health", target->health, "/.-_~?=&+,:%", err);
}

bool haproxy_config_previews(const struct environment_config *environment)
{
	return environment->preview.header || environment->preview.listen;
}

static void write_global(const char *socket, struct str *out)
{
	str_addf(out,
		 "global\n" SOCKET_WORDS "%s mode 600 level admin\n"
		 "\tstats timeout 1d\n"
		 "\tstats maxconn 64\n"
		 "\n"
		 "# One line a request; signalbox reads it for latencies.\n"
		 "ring " HAPROXY_RING "\n"
		 "\tformat raw\n"
		 "\tmaxlen 256\n"
		 "\tsize 4194304\n"
		 "\n",
		 socket);
}

static void write_defaults(struct str *out)
{
	str_add(out, "defaults\n"
		     "\tmode http\n"
		     "\ttimeout connect 2s\n"
		     "\ttimeout check 2s\n"
		     "\ttimeout queue 10s\n"
		     "\ttimeout client 60s\n"
		     "\ttimeout server 60s\n"
		     "\ttimeout tunnel 1h\n"
		     "\ttimeout http-request 10s\n"
		     "\ttimeout http-keep-alive 60s\n"
		     "\tretries 3\n"
		     "\toption redispatch 1\n"
		     "\toption dontlognull\n"
		     "\n");
}

static void write_frontend(const struct environment_config *environment,
			   struct str *out)
{
	str_addf(out,
		 "# BEGIN END (us since 1970) BACKEND SERVER STATUS "
		 "TERMINATION RETRIES\n"
		 "frontend " HAPROXY_BACKEND "\n"
		 "\tbind %s\n"
		 "\tlog ring@" HAPROXY_RING " format raw daemon\n"
		 "\tlog stdout format raw daemon\n"
		 "\tlog-format \"%s\"\n"
		 "\t" HAPROXY_BEGIN_RULE "\n"
		 "\toption forwardfor\n",
		 environment->traffic.haproxy.listen, HAPROXY_LINE_FORMAT);
	if (environment->preview.header)
		str_addf(out,
			 "\tuse_backend " HAPROXY_PREVIEW
			 " if { req.hdr(%s) -m len gt 0 }\n",
			 environment->preview.header);
	str_add(out, "\tdefault_backend " HAPROXY_BACKEND "\n"
		     "\n");
}

static void write_health(const char *health, struct str *out)
{
	/* In double quotes only " \ and $ mean something; none is let in. */
	if (health)
		str_addf(out,
			 "\toption httpchk\n"
			 "\thttp-check send meth GET uri \"%s\" ver HTTP/1.1 "
			 "hdr Host localhost hdr Connection close\n"
			 "\thttp-check expect status 200-399\n",
			 health);
}

/* "blue", "blue-2" and so on: a name that stays keeps its counters. */
char *haproxy_config_server(enum colour colour, int instance)
{
	return instance ? xasprintf("%s-%d", colour_name(colour), instance + 1)
			: xstrdup(colour_name(colour));
}

static void write_servers(const struct target_config *target,
			  enum colour colour, int units, struct str *out)
{
	for (int i = 0; i < target->instances; i++) {
		char *name = haproxy_config_server(colour, i);

		str_addf(out, "\tserver %s %s:%d weight %d\n", name,
			 target->host, target->ports[colour] + i, units);
		free(name);
	}
}

static void write_preview_servers(const struct target_config *target,
				  enum colour colour, bool reached,
				  struct str *out)
{
	for (int i = 0; i < target->instances; i++) {
		char *name = haproxy_config_server(colour, i);

		str_addf(out,
			 "\tserver %s %s:%d track " HAPROXY_BACKEND
			 "/%s weight %d\n",
			 name, target->host, target->ports[colour] + i, name,
			 reached);
		free(name);
	}
}

/* The same servers under other weights, up when those are. */
static void write_preview(const struct environment_config *environment,
			  int preview, struct str *out)
{
	if (environment->preview.listen)
		str_addf(out,
			 "\nfrontend " HAPROXY_PREVIEW "\n"
			 "\tbind %s\n"
			 "\toption forwardfor\n"
			 "\tdefault_backend " HAPROXY_PREVIEW "\n",
			 environment->preview.listen);
	str_add(out, "\nbackend " HAPROXY_PREVIEW "\n"
		     "\tbalance roundrobin\n"
		     "\thttp-error status 503 content-type text/plain "
		     "string \"nothing is there to be looked at\\n\"\n");
	for (int i = 0; i < COLOUR_COUNT; i++)
		write_preview_servers(&environment->target, (enum colour)i,
				      i == preview, out);
}

void haproxy_config_write(const struct environment_config *environment,
			  const char *socket, const int units[COLOUR_COUNT],
			  int preview, struct str *out)
{
	const struct target_config *target = &environment->target;

	str_add(out, "# Written by signalbox; changes by hand are lost.\n");
	write_global(socket, out);
	write_defaults(out);
	write_frontend(environment, out);
	str_add(out, "backend " HAPROXY_BACKEND "\n"
		     "\tlog stdout format raw daemon\n"
		     "\tbalance roundrobin\n");
	write_health(target->health, out);
	str_add(out, "\tdefault-server check inter 500ms fastinter 100ms "
		     "downinter 200ms fall 2 rise 1\n");
	for (int i = 0; i < COLOUR_COUNT; i++)
		write_servers(target, (enum colour)i, units[i], out);
	if (haproxy_config_previews(environment))
		write_preview(environment, preview, out);
}

/* Of a backend's text. */
static bool read_units(const char *text, int units[COLOUR_COUNT])
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		char start[64];
		const char *at;
		const char *weight;

		snprintf(start, sizeof(start), "\n\tserver %s ",
			 colour_name(i));
		at = strstr(text, start);
		weight = at ? strstr(at, " weight ") : NULL;
		if (!weight || sscanf(weight, " weight %d", &units[i]) != 1)
			return false;
	}
	return true;
}

int haproxy_config_preview(const char *text)
{
	const char *at = strstr(text, "\nbackend " HAPROXY_PREVIEW "\n");
	int units[COLOUR_COUNT];

	if (!at || !read_units(at, units))
		return -1;
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (units[i] > 0)
			return i;
	return -1;
}

bool haproxy_config_units(const char *text, int units[COLOUR_COUNT])
{
	const char *backend = strstr(text, "\nbackend " HAPROXY_BACKEND "\n");

	return backend && read_units(backend, units);
}

char *haproxy_config_socket(const char *text)
{
	const char *at = strstr(text, SOCKET_WORDS "/");

	if (!at)
		return NULL;
	at += strlen(SOCKET_WORDS);
	return xstrndup(at, strcspn(at, " \n"));
}
