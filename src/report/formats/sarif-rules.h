/* SPDX-License-Identifier: MIT */
/* Which rule a SARIF result is about: results may come before the tool, name
 * rules by index or id, and in the driver or an extension. */
#ifndef SIGNALBOX_REPORT_FORMATS_SARIF_RULES_H
#define SIGNALBOX_REPORT_FORMATS_SARIF_RULES_H

#include <jansson.h>

struct sarif_component {
	json_t *rules; /* borrowed; may be NULL */
	json_t *by_id; /* owned; NULL without rules */
};

/* The driver first, then the extensions. */
struct sarif_rules {
	struct sarif_component *components;
	size_t count, cap;
	json_t *by_name; /* their places; of equal names the first's */
};

void sarif_rules_init(struct sarif_rules *rules, const json_t *run);
void sarif_rules_release(struct sarif_rules *rules);
/* NULL when the report does not define it. Borrowed. */
json_t *sarif_rule_of(const struct sarif_rules *rules, const json_t *result);
/* The rule's id in the result's words or its own; never NULL. */
const char *sarif_rule_id(const json_t *result, const json_t *rule);

#endif
