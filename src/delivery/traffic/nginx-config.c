/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx-config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "delivery/traffic/nginx-log.h"
#include "model/model.h"

#define GENERATION_WORDS "return 200 \""
#define SOCKET_WORDS "\t\tlisten \"unix:"

/* In quotes nginx reads \ and " and $ for itself, and $ cannot be escaped. */
static int check_path(const char *what, const char *path, struct error *err)
{
	if (path && strpbrk(path, "\"\\$\n"))
		return error_set(err, ERROR_CONFIG,
				 "%s \"%s\" cannot be written into nginx's "
				 "configuration; use no \", \\ or $",
				 what, path);
	return 0;
}

static int check_word(const char *what, const char *text, const char *allowed,
		      struct error *err)
{
	const char *at;

	for (at = text; at && *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr(allowed, *at))
			return error_set(err, ERROR_CONFIG,
					 "%s \"%s\" cannot be written into "
					 "nginx's configuration; use letters, "
					 "digits and %s",
					 what, text, allowed);
	return 0;
}

int nginx_config_check(const struct nginx_place *place, struct error *err)
{
	const struct environment_config *environment = place->environment;
	const struct nginx_traffic *nginx = &environment->traffic.nginx;

	if (check_word("listen", nginx->listen, ".:-_*[]", err) < 0 ||
	    check_word("preview's listen", environment->preview.listen,
		       ".:-_*[]", err) < 0 ||
	    check_word("preview's header", environment->preview.header, "-_",
		       err) < 0 ||
	    check_word("host", environment->target.host, ".:-_[]", err) < 0 ||
	    check_word("blue", nginx->upstreams[COLOUR_BLUE], ".-_", err) < 0 ||
	    check_word("green", nginx->upstreams[COLOUR_GREEN], ".-_", err) < 0)
		return -1;
	if (check_path("log", nginx->log, err) < 0 ||
	    check_path("the folder", place->folder, err) < 0 ||
	    check_path("the folder", place->steer, err) < 0 ||
	    check_path("the socket", place->socket, err) < 0)
		return -1;
	return 0;
}

char *nginx_config_name(const struct environment_config *environment)
{
	char *name = xasprintf("signalbox_%s", environment->name);

	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at))
			*at = '_';
	return name;
}

void nginx_config_told(const char *text,
		       char generation[NGINX_GENERATION_LENGTH + 1])
{
	const char *at = strstr(text, GENERATION_WORDS);

	if (!at)
		BUG("a configuration without a generation");
	memcpy(generation, at + strlen(GENERATION_WORDS),
	       NGINX_GENERATION_LENGTH);
	generation[NGINX_GENERATION_LENGTH] = '\0';
}

char *nginx_config_socket(const char *text)
{
	const char *at = strstr(text, SOCKET_WORDS);

	if (!at)
		return NULL;
	at += strlen(SOCKET_WORDS);
	return xstrndup(at, strcspn(at, "\"\n"));
}

/* $NAME becomes what the weights make of this request. */
static void write_choice(const char *name, const char *const words[],
			 const char *steer, struct str *out)
{
	str_addf(out,
		 "set $%s %s;\n"
		 "if ($request_id ~ \"^(..)\") { set $%s_bucket $1; }\n"
		 "if (-e \"%s/green/$%s_bucket\") { set $%s %s; }\n",
		 name, words[COLOUR_BLUE], name, steer, name, name,
		 words[COLOUR_GREEN]);
}

static void write_probe(const char *name, const char *steer, const char *text,
			struct str *out)
{
	char digest[DIGEST_TEXT_SIZE];

	digest_bytes(text, strlen(text), digest);
	str_addf(out,
		 "location = " NGINX_PROBE "%s {\n"
		 "access_log off;\n"
		 "if (!-e \"%s/green/here\") {\n"
		 "return 500 \"unreadable\\n\";\n"
		 "}\n" GENERATION_WORDS "%.*s\\n\";\n"
		 "}\n",
		 name, steer, NGINX_GENERATION_LENGTH, digest);
}

static void write_main(const struct nginx_place *place, struct str *out)
{
	str_add(out, "# Written by signalbox; changes by hand are lost.\n"
		     "daemon off;\n"
		     "worker_processes auto;\n"
		     "worker_rlimit_nofile 16384;\n");
	if (place->user)
		str_addf(out, "user %s;\n", place->user);
	str_addf(out,
		 "pid \"%s/nginx.pid\";\n"
		 "error_log stderr warn;\n"
		 "events {\n"
		 "\tworker_connections 8192;\n"
		 "}\n"
		 "http {\n",
		 place->folder);
}

static void write_temporary(const struct nginx_place *place, struct str *out)
{
	static const char *const kinds[][2] = {{"client_body", "body"},
					       {"proxy", "proxy"},
					       {"fastcgi", "fastcgi"},
					       {"uwsgi", "uwsgi"},
					       {"scgi", "scgi"}};

	/* The usual places may be out of our reach, and each must be there. */
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		str_addf(out, "\t%s_temp_path \"%s/nginx-%s\";\n", kinds[i][0],
			 place->folder, kinds[i][1]);
}

/* Requests and answers go through as they are, as they come. */
static void write_http(struct str *out)
{
	str_add(out, "\topen_file_cache off;\n"
		     "\tserver_tokens off;\n"
		     "\tunderscores_in_headers on;\n"
		     "\tignore_invalid_headers off;\n"
		     "\tclient_max_body_size 0;\n"
		     "\tclient_header_timeout 10s;\n"
		     "\tclient_body_timeout 60s;\n"
		     "\tkeepalive_timeout 60s;\n"
		     "\tkeepalive_requests 100000;\n"
		     "\tproxy_http_version 1.1;\n"
		     "\tproxy_connect_timeout 2s;\n"
		     "\tproxy_read_timeout 60s;\n"
		     "\tproxy_send_timeout 60s;\n"
		     "\tproxy_buffering off;\n"
		     "\tproxy_request_buffering off;\n"
		     "\tproxy_redirect off;\n"
		     "\tproxy_next_upstream error timeout;\n"
		     "\tproxy_pass_header Server;\n"
		     "\tproxy_pass_header Date;\n"
		     "\tproxy_set_header Host $signalbox_host;\n"
		     "\tproxy_set_header Upgrade $http_upgrade;\n"
		     "\tproxy_set_header Connection $signalbox_connection;\n"
		     "\tproxy_set_header X-Forwarded-For "
		     "$proxy_add_x_forwarded_for;\n"
		     "\tmap $http_host $signalbox_host {\n"
		     "\t\tdefault $http_host;\n"
		     "\t\t\"\" $host;\n"
		     "\t}\n"
		     "\tmap $http_upgrade $signalbox_connection {\n"
		     "\t\tdefault upgrade;\n"
		     "\t\t\"\" \"\";\n"
		     "\t}\n");
	str_add(out, "\tlog_format signalbox '");
	str_addf(out, NGINX_LINE_FORMAT, "signalbox");
	str_add(out, "';\n"
		     "\taccess_log /dev/stdout signalbox;\n");
}

static void write_servers(const struct target_config *target, int colour,
			  const char *role, struct str *out)
{
	int instances = target->instances > 0 ? target->instances : 1;

	for (int i = 0; i < instances; i++)
		str_addf(out,
			 "\t\tserver %s:%d max_fails=1 fail_timeout=1s%s;\n",
			 target->host ? target->host : "127.0.0.1",
			 target->ports[colour] + i, role);
}

/* other: -1, or the colour that takes over where this one does not answer. */
static void write_upstream(const struct target_config *target, const char *name,
			   int colour, int other, struct str *out)
{
	str_addf(out, "\tupstream signalbox_%s {\n", name);
	write_servers(target, colour, "", out);
	if (other >= 0)
		write_servers(target, other, " backup", out);
	/* Short: a server that ends idle connections must not be faster. */
	str_add(out, "\t\tkeepalive 64;\n"
		     "\t\tkeepalive_timeout 1s;\n"
		     "\t}\n");
}

static void write_upstreams(const struct environment_config *environment,
			    struct str *out)
{
	const struct target_config *target = &environment->target;
	bool previewed =
		environment->preview.header || environment->preview.listen;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		const char *colour = colour_name((enum colour)i);
		char *first = xasprintf("%s_first", colour);
		char *preview = xasprintf("preview_%s", colour);

		write_upstream(target, colour, i, -1, out);
		write_upstream(target, first, i, COLOUR_COUNT - 1 - i, out);
		if (previewed)
			write_upstream(target, preview, i, -1, out);
		free(first);
		free(preview);
	}
}

/* $signalbox_preview becomes the colour to be looked at, or none. */
static void write_previewed(const char *steer, struct str *out)
{
	str_add(out, "set $signalbox_preview none;\n");
	for (int i = 0; i < COLOUR_COUNT; i++)
		str_addf(out,
			 "if (-e \"%s/preview-%s\") "
			 "{ set $signalbox_preview %s; }\n",
			 steer, colour_name((enum colour)i),
			 colour_name((enum colour)i));
}

/* Who wants to look at a candidate is not shown what is live for it. */
static void write_nothing(struct str *out)
{
	str_add(out,
		"if ($signalbox = preview_none) "
		"{ return 503 \"nothing is there to be looked at\\n\"; }\n");
}

/* The header's name as nginx's variable has it. */
static void write_header_preview(const struct nginx_place *place,
				 struct str *out)
{
	const char *header = place->environment->preview.header;

	write_previewed(place->steer, out);
	str_add(out, "if ($http_");
	for (; *header; header++)
		str_add_char(out,
			     *header == '-' ? '_' : (char)tolower(*header));
	str_add(out, " != \"\") "
		     "{ set $signalbox preview_$signalbox_preview; }\n");
	write_nothing(out);
}

static void write_server(const struct nginx_place *place, struct str *out)
{
	static const char *const words[] = {"blue", "green"};
	const struct environment_config *environment = place->environment;

	str_addf(out, "\tserver {\n\t\tlisten %s;\n",
		 environment->traffic.nginx.listen);
	write_choice("signalbox", words, place->steer, out);
	str_addf(out,
		 "if (-e \"%s/green/both\") "
		 "{ set $signalbox ${signalbox}_first; }\n",
		 place->steer);
	if (environment->preview.header)
		write_header_preview(place, out);
	str_add(out, "\t\tlocation / {\n"
		     "\t\t\tproxy_pass http://signalbox_$signalbox;\n"
		     "\t\t}\n"
		     "\t}\n");
	if (!environment->preview.listen)
		return;
	str_addf(out, "\tserver {\n\t\tlisten %s;\n",
		 environment->preview.listen);
	write_previewed(place->steer, out);
	str_add(out, "set $signalbox preview_$signalbox_preview;\n");
	write_nothing(out);
	str_add(out, "\t\tlocation / {\n"
		     "\t\t\tproxy_pass http://signalbox_$signalbox;\n"
		     "\t\t}\n"
		     "\t}\n");
}

void nginx_config_managed(const struct nginx_place *place, struct str *out)
{
	write_main(place, out);
	write_temporary(place, out);
	write_http(out);
	write_upstreams(place->environment, out);
	write_server(place, out);
	str_addf(out, "\tserver {\n" SOCKET_WORDS "%s\";\n", place->socket);
	write_probe("managed", place->steer, out->data, out);
	str_add(out, "\t}\n"
		     "}\n");
}

void nginx_config_http(const struct nginx_place *place, struct str *out)
{
	char *name = nginx_config_name(place->environment);

	str_addf(out,
		 "# Written by signalbox, to be included in `http`.\n"
		 "log_format %s '",
		 name);
	str_addf(out, NGINX_LINE_FORMAT, name);
	str_add(out, "';\n");
	free(name);
}

void nginx_config_server(const struct nginx_place *place, struct str *out)
{
	const struct nginx_traffic *nginx = &place->environment->traffic.nginx;
	const char *const words[] = {nginx->upstreams[COLOUR_BLUE],
				     nginx->upstreams[COLOUR_GREEN]};
	char *name = nginx_config_name(place->environment);

	str_addf(out,
		 "# Written by signalbox, to be included in `server`. Then\n"
		 "# proxy_pass http://$%s;\n"
		 "open_file_cache off;\n"
		 "access_log \"%s\" %s;\n",
		 name, nginx->log, name);
	write_choice(name, words, place->steer, out);
	write_probe(place->environment->name, place->steer, out->data, out);
	free(name);
}
