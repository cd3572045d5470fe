/* SPDX-License-Identifier: MIT */
/*
 * The one filter between foreign bytes and a terminal: logs, commit subjects,
 * names, finding titles, server messages. What comes out is valid UTF-8 with
 * no control character but, where asked, SGR colours; it cannot move a cursor.
 */
#ifndef SIGNALBOX_BASE_PRINTABLE_H
#define SIGNALBOX_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Decodes one character of text[0..len), len > 0. Returns the bytes used and
 * sets *c to the code point, or to -1 for a byte that is no valid UTF-8.
 */
size_t utf8_decode(const char *text, size_t len, int32_t *c);
void str_add_utf8(struct str *out, uint32_t c);

/*
 * Appends len bytes made printable: a bad byte is '?', a control character
 * ^X (C1: <9b>), bidi and other invisible controls <202e>, tab becomes
 * spaces to the next multiple of 8, CR and LF a space. With keep_sgr,
 * sequences ESC [ digits ; : m go through untouched.
 */
void str_add_printable(struct str *out, const char *text, size_t len,
		       bool keep_sgr);

/* Each character beyond ASCII as a '?': for a terminal that would take its
 * bytes one by one, of which 0x80 to 0x9f steer it. */
void str_add_ascii(struct str *out, const char *text, size_t len);

/* What of a line with carriage returns a terminal would be left with: the
 * bytes after the last one that has any behind it. Shortens *len to them. */
const char *line_last_state(const char *text, size_t *len);

/* Bytes of the SGR sequence at text, or 0 when it is none. */
size_t sgr_length(const char *text, size_t len);

#endif
