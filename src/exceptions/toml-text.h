/* SPDX-License-Identifier: MIT */
/* The words of TOML text: blanks, keys, values without parts. Of toml.c. */
#ifndef SIGNALBOX_EXCEPTIONS_TOML_TEXT_H
#define SIGNALBOX_EXCEPTIONS_TOML_TEXT_H

#include "exceptions/toml.h"

struct toml_text {
	const char *at;
	const char *name;
	int line;
	struct error *err;
};

/* "NAME:LINE: WHAT" */
int toml_text_complain(struct toml_text *text, const char *what);
/* That all of it is UTF-8 without control characters. */
int toml_text_check(struct toml_text *text) MUST_CHECK;
bool toml_text_take(struct toml_text *text, char c);
void toml_text_blanks(struct toml_text *text);
/* Over blanks, line ends and comments. */
void toml_text_between(struct toml_text *text);
/* Over what may follow a value on its line, and its end. */
int toml_text_line_end(struct toml_text *text) MUST_CHECK;
/* "a.'b c'" is "a.b c"; blanks after it are passed. The caller's. */
char *toml_text_key(struct toml_text *text) MUST_CHECK;
/* The caller's. */
char *toml_text_scalar(struct toml_text *text, enum toml_kind *kind) MUST_CHECK;

#endif
