/* SPDX-License-Identifier: MIT */
/* From bytes to something a reader can take: encoding, and what is refused
 * whatever the format. */
#ifndef SIGNALBOX_REPORT_INPUT_H
#define SIGNALBOX_REPORT_INPUT_H

#include "report/format.h"

/* Sets name, text and len; refuses emptiness, UTF-16 and NUL bytes. text is
 * borrowed. */
int input_init(struct report_input *input, const char *name, const char *text,
	       size_t len, struct error *err) MUST_CHECK;
/* Reads the text as this encoding; what is no such text is refused. */
int input_decode(struct report_input *input, enum report_encoding encoding,
		 struct error *err) MUST_CHECK;
void input_release(struct report_input *input);

/* By the first characters alone. */
enum report_encoding input_guess(const struct report_input *input);
/* What it is, when it is the answer of a web server or an error. */
int input_refuse_answer(const struct report_input *input,
			struct error *err) MUST_CHECK;

/* A document behind what a tool logged: told where it begins, not read. */
int input_refuse_log(const struct report_input *input,
		     struct error *err) MUST_CHECK;

/* A report may take 64 MiB and twelve times its size; what an estimate says
 * would take more is refused before it is read. Beside a tree of JSON the
 * estimate is input->memory and what is made of it. */
int check_memory(const char *name, size_t estimate, size_t len,
		 struct error *err) MUST_CHECK;

#endif
