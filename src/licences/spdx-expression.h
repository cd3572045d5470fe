/* SPDX-License-Identifier: MIT */
/*
 * SPDX licence expressions: "MIT OR (GPL-2.0-only WITH Bison-exception-2.2
 * AND Zlib)". AND binds tighter than OR, and WITH tighter than both.
 *
 *	if (spdx_parse(&expression, text, &err) < 0)
 *		... no expression: nobody knows what may be done with it
 *	verdict = spdx_judge(&expression, judge, data);
 *	spdx_release(&expression);
 *
 * Which identifiers there are is not known here: each well-formed word is
 * one, and whether a policy names it is the caller's to say.
 */
#ifndef SIGNALBOX_LICENCES_SPDX_EXPRESSION_H
#define SIGNALBOX_LICENCES_SPDX_EXPRESSION_H

#include <stddef.h>

#include "base/error.h"

enum spdx_kind { SPDX_LICENSE, SPDX_AND, SPDX_OR };

/* id and with are set for SPDX_LICENSE alone; with is NULL without WITH. */
struct spdx_node {
	enum spdx_kind kind;
	char *id, *with;
};

/* Operands stand before their operator. */
struct spdx_expression {
	struct spdx_node *nodes;
	size_t count, cap;
};

/*
 * Operators are taken in capitals or not. Deprecated ids become today's:
 * GPL-2.0+ and GPL-2+ are GPL-2.0-or-later, GPL-2.0 is GPL-2.0-only,
 * GPL-2.0-with-classpath-exception is GPL-2.0-only WITH
 * Classpath-exception-2.0. At most 1,000 words, 64 parentheses deep. A
 * failure names the character; expression is then empty.
 */
int spdx_parse(struct spdx_expression *expression, const char *text,
	       struct error *err) MUST_CHECK;
void spdx_release(struct spdx_expression *expression);

/* How good one licence is: more is better. with may be NULL. */
typedef int spdx_judge_callback(const char *id, const char *with, void *data);

/* All of AND must hold: the least. Of OR one may choose: the best. */
int spdx_judge(const struct spdx_expression *expression,
	       spdx_judge_callback *judge, void *data);

/* Today's form of one id, and its exception or NULL: both the caller's. */
void spdx_canonical(const char *id, size_t len, char **license, char **with);

#endif
