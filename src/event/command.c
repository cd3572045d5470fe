/* SPDX-License-Identifier: MIT */
#include "event/command.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "event/event.h"

static const char *const names[] = {
#define X(id, name) [COMMAND_##id] = name,
	COMMANDS(X)
#undef X
};

const char *command_name(enum command_kind kind)
{
	return kind == COMMAND_UNKNOWN ? "unknown" : names[kind];
}

enum command_kind command_parse_name(const char *name)
{
	for (int kind = 1; kind < COMMAND_KIND_COUNT; kind++)
		if (strcmp(names[kind], name) == 0)
			return (enum command_kind)kind;
	return COMMAND_UNKNOWN;
}

static void add_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_foreign(text));
}

static void add_int(json_t *object, const char *key, int64_t value)
{
	if (value)
		json_object_set_new(object, key, json_integer(value));
}

void command_encode(const struct command *command, struct str *line)
{
	json_t *object = json_object();
	char *text;

	add_text(object, "command", command_name(command->kind));
	add_int(object, "id", command->id);
	add_int(object, "run", command->run);
	add_int(object, "seq", command->seq);
	add_text(object, "stage", command->stage);
	add_text(object, "environment", command->environment);
	add_text(object, "person", command->person);
	add_text(object, "reason", command->reason);
	if (command->kind == COMMAND_SHIFT)
		json_object_set_new(object, "value", json_real(command->value));
	if (command->next)
		json_object_set_new(object, "next", json_true());
	text = json_dumps(object, JSON_COMPACT);
	str_add(line, text);
	str_add_char(line, '\n');
	free(text);
	json_decref(object);
}

static char *take_text(const json_t *object, const char *key)
{
	const char *text = json_text(object, key);

	return *text ? xstrdup(text) : NULL;
}

int command_decode(const char *line, size_t len, struct command *command,
		   struct error *err)
{
	json_error_t why;
	json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
	enum command_kind kind;

	if (!json_is_object(object)) {
		json_decref(object);
		return error_set(err, ERROR_USAGE,
				 "a command is one JSON object a line: %s",
				 why.text);
	}
	kind = command_parse_name(json_text(object, "command"));
	if (kind == COMMAND_UNKNOWN) {
		error_set(err, ERROR_USAGE, "no command '%.40s'",
			  json_text(object, "command"));
		json_decref(object);
		return -1;
	}
	*command = (struct command){
		.kind = kind,
		.id = json_int(object, "id", 0),
		.run = json_int(object, "run", 0),
		.seq = json_int(object, "seq", 0),
		.stage = take_text(object, "stage"),
		.environment = take_text(object, "environment"),
		.person = take_text(object, "person"),
		.reason = take_text(object, "reason"),
		.value = json_number(object, "value", -1),
		.next = json_is_true(json_object_get(object, "next")),
	};
	json_decref(object);
	return 0;
}

void command_release(struct command *command)
{
	free(command->stage);
	free(command->environment);
	free(command->person);
	free(command->reason);
	*command = (struct command)COMMAND_INIT;
}
