/* SPDX-License-Identifier: MIT */
#include "licences/spdx-expression.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

#define DEPTH_MAX 64
#define WORDS_MAX 1000
#define WHITE " \t\r\n\v\f"

enum word_kind { WORD_END, WORD_ID, WORD_AND, WORD_OR, WORD_WITH, WORD_OTHER };

struct parser {
	struct spdx_expression *out;
	const char *text; /* the whole, for messages */
	const char *at;	  /* the word that comes next */
	size_t len;	  /* of it */
	enum word_kind kind;
	int depth, words;
	struct error *err;
};

static bool is_id_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool is_word(const struct parser *parser, const char *word)
{
	return parser->len == strlen(word) &&
	       strncasecmp(parser->at, word, parser->len) == 0;
}

/* DocumentRef-a:LicenseRef-b is one word, and so is GPL-2.0+. */
static size_t id_length(const char *text)
{
	size_t len = 0;

	while (is_id_char(text[len]) ||
	       (text[len] == ':' && len && is_id_char(text[len + 1])))
		len++;
	return len && text[len] == '+' ? len + 1 : len;
}

static enum word_kind kind_of_word(const struct parser *parser)
{
	if (is_word(parser, "and"))
		return WORD_AND;
	if (is_word(parser, "or"))
		return WORD_OR;
	return is_word(parser, "with") ? WORD_WITH : WORD_ID;
}

static void next_word(struct parser *parser)
{
	parser->at += parser->len;
	parser->at += strspn(parser->at, WHITE);
	parser->len = id_length(parser->at);
	parser->words++;
	if (parser->len) {
		parser->kind = kind_of_word(parser);
		return;
	}
	parser->kind = *parser->at ? WORD_OTHER : WORD_END;
	parser->len = *parser->at ? 1 : 0;
}

static int refuse(struct parser *parser, const char *what)
{
	return error_set(parser->err, ERROR_FAILED,
			 "no licence expression: %s at character %zu", what,
			 (size_t)(parser->at - parser->text) + 1);
}

static bool is_char(const struct parser *parser, char c)
{
	return parser->kind == WORD_OTHER && *parser->at == c;
}

/* The deprecated ids that name an exception as well. */
static const struct {
	const char *old, *license, *with;
} compounds[] = {
	{"GPL-2.0-with-autoconf-exception", "GPL-2.0-only",
	 "Autoconf-exception-2.0"},
	{"GPL-2.0-with-bison-exception", "GPL-2.0-only", "Bison-exception-2.2"},
	{"GPL-2.0-with-classpath-exception", "GPL-2.0-only",
	 "Classpath-exception-2.0"},
	{"GPL-2.0-with-font-exception", "GPL-2.0-only", "Font-exception-2.0"},
	{"GPL-2.0-with-GCC-exception", "GPL-2.0-only", "GCC-exception-2.0"},
	{"GPL-3.0-with-autoconf-exception", "GPL-3.0-only",
	 "Autoconf-exception-3.0"},
	{"GPL-3.0-with-GCC-exception", "GPL-3.0-only", "GCC-exception-3.1"},
};

/* "GPL-2.0": a family of the FSF's, a version, and nothing after it. */
static bool is_bare_gnu(const char *id, size_t len)
{
	static const char *const families[] = {"GPL-", "LGPL-", "AGPL-",
					       "GFDL-"};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		size_t head = strlen(families[i]);

		if (len > head && strncasecmp(id, families[i], head) == 0)
			return strspn(id + head, "0123456789.") >= len - head;
	}
	return false;
}

void spdx_canonical(const char *id, size_t len, char **license, char **with)
{
	bool later = len && id[len - 1] == '+';
	size_t bare = later ? len - 1 : len;

	*with = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(compounds); i++) {
		if (strlen(compounds[i].old) != len ||
		    strncasecmp(id, compounds[i].old, len) != 0)
			continue;
		*license = xstrdup(compounds[i].license);
		*with = xstrdup(compounds[i].with);
		return;
	}
	if (is_bare_gnu(id, bare))
		*license = xasprintf("%.*s%s-%s", (int)bare, id,
				     memchr(id, '.', bare) ? "" : ".0",
				     later ? "or-later" : "only");
	else
		*license = xstrndup(id, len);
}

static void add_operator(struct parser *parser, enum spdx_kind kind)
{
	*VECTOR_ADD(parser->out->nodes, parser->out->count, parser->out->cap) =
		(struct spdx_node){.kind = kind};
}

/* ID, ID+, and perhaps WITH another. */
static int parse_license(struct parser *parser)
{
	struct spdx_node *node;

	if (parser->kind == WORD_END)
		return refuse(parser, "it ends where a licence should stand");
	if (parser->kind != WORD_ID)
		return refuse(parser, "a licence should stand");
	node = VECTOR_ADD(parser->out->nodes, parser->out->count,
			  parser->out->cap);
	*node = (struct spdx_node){.kind = SPDX_LICENSE};
	spdx_canonical(parser->at, parser->len, &node->id, &node->with);
	next_word(parser);
	if (parser->kind != WORD_WITH)
		return 0;
	if (node->with)
		return refuse(parser, "a second exception stands");
	next_word(parser);
	if (parser->kind != WORD_ID || parser->at[parser->len - 1] == '+')
		return refuse(parser, "the name of an exception should stand");
	node->with = xstrndup(parser->at, parser->len);
	next_word(parser);
	return 0;
}

static int parse_or(struct parser *parser);

static int parse_operand(struct parser *parser)
{
	if (!is_char(parser, '('))
		return parse_license(parser);
	if (++parser->depth > DEPTH_MAX)
		return refuse(parser, "more than 64 parentheses stand");
	next_word(parser);
	if (parse_or(parser) < 0)
		return -1;
	if (!is_char(parser, ')'))
		return refuse(parser, "a closing parenthesis should stand");
	parser->depth--;
	next_word(parser);
	return 0;
}

static int parse_and(struct parser *parser)
{
	if (parse_operand(parser) < 0)
		return -1;
	while (parser->kind == WORD_AND) {
		next_word(parser);
		if (parse_operand(parser) < 0)
			return -1;
		add_operator(parser, SPDX_AND);
	}
	return 0;
}

static int parse_or(struct parser *parser)
{
	if (parse_and(parser) < 0)
		return -1;
	while (parser->kind == WORD_OR) {
		next_word(parser);
		if (parse_and(parser) < 0)
			return -1;
		add_operator(parser, SPDX_OR);
	}
	return 0;
}

int spdx_parse(struct spdx_expression *expression, const char *text,
	       struct error *err)
{
	struct parser parser = {
		.out = expression, .text = text, .at = text, .err = err};
	int result;

	*expression = (struct spdx_expression){0};
	next_word(&parser);
	result = parse_or(&parser);
	if (result == 0 && parser.kind != WORD_END)
		result = refuse(&parser, "AND, OR or the end should stand");
	if (result == 0 && parser.words > WORDS_MAX)
		result = refuse(&parser, "more than 1000 words stand");
	if (result < 0)
		spdx_release(expression);
	return result;
}

void spdx_release(struct spdx_expression *expression)
{
	for (size_t i = 0; i < expression->count; i++) {
		free(expression->nodes[i].id);
		free(expression->nodes[i].with);
	}
	free(expression->nodes);
	*expression = (struct spdx_expression){0};
}

int spdx_judge(const struct spdx_expression *expression,
	       spdx_judge_callback *judge, void *data)
{
	int *values = xcalloc(expression->count + 1, sizeof(*values));
	size_t count = 0;
	int verdict;

	for (size_t i = 0; i < expression->count; i++) {
		const struct spdx_node *node = &expression->nodes[i];
		bool first_less;

		if (node->kind == SPDX_LICENSE) {
			values[count++] = judge(node->id, node->with, data);
			continue;
		}
		count--;
		first_less = values[count - 1] < values[count];
		if (first_less != (node->kind == SPDX_AND))
			values[count - 1] = values[count];
	}
	verdict = values[0];
	free(values);
	return verdict;
}
