/* SPDX-License-Identifier: MIT */
/* What runs in an environment. */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define START_TIMEOUT_MS 30000
#define EXEC_TIMEOUT_MS 60000
#define DIGEST_DIGITS 64

static void read_ports(struct reader *reader, const struct node *value,
		       void *into)
{
	int *ports = into;

	if (!expect_kind(reader, value, NODE_LIST, "a list of two ports"))
		return;
	if (value->count != 2) {
		complain_about(reader, value,
			       "two ports are wanted, blue's and green's, not "
			       "%zu; write [8081, 8082]",
			       value->count);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		read_between(reader, &value->children[i],
			     "port; it is a number", 1, 65535, &ports[i]);
}

static void read_process_env(struct reader *reader, const struct node *value,
			     void *into)
{
	static const char *const own[] = {"PORT", "COLOUR", "VERSION"};

	read_environment_pairs(reader, value, into);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		const struct node *child = node_find(value, own[i]);

		if (child)
			complain_at(reader, child->key_place,
				    "'%s' is set by signalbox for each colour",
				    own[i]);
	}
}

static void read_instances(struct reader *reader, const struct node *value,
			   void *into)
{
	read_between(reader, value, "number of instances", 1, INSTANCES_MOST,
		     into);
}

static const struct key process_keys[] = {
	{"command", read_line, offsetof(struct target_config, command), true},
	{"ports", read_ports, offsetof(struct target_config, ports), true},
	{"health", read_path, offsetof(struct target_config, health), true},
	{"start-timeout", read_time_limit,
	 offsetof(struct target_config, start_timeout_ms), false},
	{"env", read_process_env, offsetof(struct target_config, env), false},
	{"user", NULL, 0, false},
	{"workdir", NULL, 0, false},
	{"shell", NULL, 0, false},
	{"instances", read_instances, offsetof(struct target_config, instances),
	 false},
	{"liveness", read_path, offsetof(struct target_config, liveness),
	 false},
	{"restart", NULL, 0, false},
	{"limits", NULL, 0, false},
};
static const struct schema process_schema =
	SCHEMA("a process target", process_keys);

static void read_process(struct reader *reader, const struct node *value,
			 void *into)
{
	read_map(reader, value, &process_schema, into);
}

/* A tag moves: what was let through must be what is started. */
static bool is_fixed(const char *image)
{
	const char *digest = strstr(image, "sha256:");

	if (!digest || (digest != image && digest[-1] != '@'))
		return false;
	digest += strlen("sha256:");
	return strspn(digest, "0123456789abcdef") == DIGEST_DIGITS &&
	       !digest[DIGEST_DIGITS];
}

static void read_image(struct reader *reader, const struct node *value,
		       void *into)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._/:@-";

	read_line(reader, value, into);
	if (value->kind != NODE_TEXT || !*value->text)
		return;
	if (value->text[strspn(value->text, known)] != '\0')
		complain_about(reader, value, "'%.80s' is no image",
			       value->text);
	else if (!is_fixed(value->text))
		complain_about(reader, value,
			       "'%.80s' may be another image tomorrow: a tag "
			       "moves; write NAME@sha256:DIGEST, which `docker "
			       "image inspect --format '{{.RepoDigests}}'` "
			       "tells, or an archive",
			       value->text);
}

static void read_archive(struct reader *reader, const struct node *value,
			 void *into)
{
	read_line(reader, value, into);
	if (value->kind == NODE_TEXT && path_leads_out(value->text))
		complain_about(reader, value,
			       "'%.80s' is outside of what the release holds; "
			       "name one of its artifacts",
			       value->text);
}

static const struct key container_keys[] = {
	{"image", read_image, offsetof(struct target_config, container.image),
	 false},
	{"archive", read_archive,
	 offsetof(struct target_config, container.archive), false},
	{"socket", read_line, offsetof(struct target_config, container.socket),
	 false},
	{"memory", read_size, offsetof(struct target_config, container.memory),
	 false},
	{"command", read_line, offsetof(struct target_config, command), false},
	{"ports", read_ports, offsetof(struct target_config, ports), true},
	{"health", read_path, offsetof(struct target_config, health), true},
	{"start-timeout", read_time_limit,
	 offsetof(struct target_config, start_timeout_ms), false},
	{"env", read_process_env, offsetof(struct target_config, env), false},
	{"user", NULL, 0, false},
	{"instances", read_instances, offsetof(struct target_config, instances),
	 false},
	{"liveness", NULL, 0, false},
	{"volumes", NULL, 0, false},
	{"network", NULL, 0, false},
	{"limits", NULL, 0, false},
};
static const struct schema container_schema =
	SCHEMA("a container target", container_keys);

static void read_container(struct reader *reader, const struct node *value,
			   void *into)
{
	struct target_config *target = into;

	target->kind = TARGET_CONTAINER;
	read_map(reader, value, &container_schema, into);
	if (value->kind != NODE_MAP)
		return;
	if (node_find(value, "image") && node_find(value, "archive"))
		complain_about(reader, value,
			       "an image is named or brought along; write "
			       "'image' or 'archive', not both");
	else if (!node_find(value, "image") && !node_find(value, "archive"))
		complain_at(reader, node_place(value),
			    "which image is not said; write image: "
			    "NAME@sha256:DIGEST, or archive: FILE, which "
			    "`docker save` wrote");
}

static void read_host(struct reader *reader, const struct node *value,
		      void *into)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-";

	read_line(reader, value, into);
	if (value->kind == NODE_TEXT &&
	    (value->text[0] == '-' ||
	     value->text[strspn(value->text, known)] != '\0'))
		complain_about(reader, value,
			       "'%.80s' is no host; write a name or an IPv4 "
			       "address, without a port",
			       value->text);
}

static const struct key exec_keys[] = {
	{"start", read_line, offsetof(struct target_config, exec.start), true},
	{"stop", read_line, offsetof(struct target_config, exec.stop), true},
	{"alive", read_line, offsetof(struct target_config, exec.alive), true},
	{"timeout", read_time_limit,
	 offsetof(struct target_config, exec.timeout_ms), false},
	{"host", read_host, offsetof(struct target_config, host), false},
	{"ports", read_ports, offsetof(struct target_config, ports), true},
	{"health", read_path, offsetof(struct target_config, health), true},
	{"start-timeout", read_time_limit,
	 offsetof(struct target_config, start_timeout_ms), false},
	{"env", read_process_env, offsetof(struct target_config, env), false},
	{"instances", read_instances, offsetof(struct target_config, instances),
	 false},
	{"liveness", NULL, 0, false},
};
static const struct schema exec_schema = SCHEMA("an exec target", exec_keys);

static void read_exec(struct reader *reader, const struct node *value,
		      void *into)
{
	struct target_config *target = into;

	target->kind = TARGET_EXEC;
	read_map(reader, value, &exec_schema, into);
}

static const struct key target_keys[] = {
	{"process", read_process, 0, false},
	{"container", read_container, 0, false},
	{"compose", NULL, 0, false},
	{"exec", read_exec, 0, false},
	{"systemd", NULL, 0, false},
	{"swarm", NULL, 0, false},
	{"kubernetes", NULL, 0, false},
};
static const struct schema target_schema = SCHEMA("a target", target_keys);

void read_target(struct reader *reader, const struct node *value, void *into)
{
	read_map(reader, value, &target_schema, into);
	if (value->kind == NODE_MAP && !value->count)
		complain_at(reader, node_place(value),
			    "a target says how a colour runs; write "
			    "process: {command: ..., ports: ..., health: ...}");
	else if (value->kind == NODE_MAP && value->count > 1 &&
		 !has_strange_key(value, &target_schema))
		complain_at(reader, value->children[1].key_place,
			    "a colour runs in one way; this is the second");
}

void target_defaults(struct target_config *target)
{
	target->host = xstrdup("127.0.0.1");
	target->instances = 1;
	target->start_timeout_ms = START_TIMEOUT_MS;
	target->exec.timeout_ms = EXEC_TIMEOUT_MS;
}
