/* SPDX-License-Identifier: MIT */
#include "report/formats/sarif-rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vector.h"
#include "report/collect.h"
#include "report/json.h"

static void add_component(struct sarif_rules *rules, json_t *object)
{
	struct sarif_component *component =
		VECTOR_ADD(rules->components, rules->count, rules->cap);
	const char *name = member_word(object, "name");
	json_t *rule;
	size_t i;

	if (name && !json_object_get(rules->by_name, name))
		json_object_set_new_nocheck(
			rules->by_name, name,
			json_integer((json_int_t)rules->count - 1));
	component->rules = member_array(object, "rules");
	/* Most of very many have none. */
	component->by_id =
		json_array_size(component->rules) ? json_object() : NULL;
	json_array_foreach(component->rules, i, rule)
	{
		const char *id = member_word(rule, "id");

		if (id && !json_object_get(component->by_id, id))
			json_object_set_nocheck(component->by_id, id, rule);
	}
}

void sarif_rules_init(struct sarif_rules *rules, const json_t *run)
{
	const json_t *tool = member(run, "tool");
	json_t *extension;
	size_t i;

	*rules = (struct sarif_rules){.by_name = json_object()};
	add_component(rules, member(tool, "driver"));
	json_array_foreach(member_array(tool, "extensions"), i, extension)
		add_component(rules, extension);
}

void sarif_rules_release(struct sarif_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		json_decref(rules->components[i].by_id);
	json_decref(rules->by_name);
	free(rules->components);
}

static const struct sarif_component *
component_of(const struct sarif_rules *rules, const json_t *result)
{
	const json_t *named = member(member(result, "rule"), "toolComponent");
	const char *name = member_word(named, "name");
	int index = member_int(named, "index", -1);
	const json_t *at;

	if (index >= 0 && (size_t)index + 1 < rules->count)
		return &rules->components[index + 1];
	at = name ? json_object_get(rules->by_name, name) : NULL;
	if (at)
		return &rules->components[json_integer_value(at)];
	return &rules->components[0];
}

static const char *named_id(const json_t *result)
{
	const char *id = member_word(result, "ruleId");

	return id ? id : member_word(member(result, "rule"), "id");
}

/* "CA/b/c", else "CA/b", else "CA". */
static json_t *rule_by_id(const struct sarif_component *component,
			  const char *id)
{
	char part[REPORT_WORD_MAX];
	json_t *rule = json_object_get(component->by_id, id);
	char *slash = part;

	if (rule || strlen(id) >= sizeof(part))
		return rule;
	strcpy(part, id);
	while (!rule && (slash = strrchr(part, '/'))) {
		*slash = '\0';
		rule = json_object_get(component->by_id, part);
	}
	return rule;
}

json_t *sarif_rule_of(const struct sarif_rules *rules, const json_t *result)
{
	const struct sarif_component *component = component_of(rules, result);
	const char *id = named_id(result);
	int index = member_int(result, "ruleIndex", -1);
	json_t *rule = NULL;

	if (index < 0)
		index = member_int(member(result, "rule"), "index", -1);
	if (index >= 0)
		rule = json_array_get(component->rules, (size_t)index);
	if (!rule && id)
		rule = rule_by_id(component, id);
	return rule;
}

const char *sarif_rule_id(const json_t *result, const json_t *rule)
{
	const char *id = named_id(result);

	if (!id)
		id = member_word(rule, "id");
	return id ? id : "(no rule)";
}
