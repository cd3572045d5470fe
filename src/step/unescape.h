/* SPDX-License-Identifier: MIT */
/*
 * Texts without the escapes of a file's format, for who looks for a secret
 * in it. Both work in place: what is decoded is never longer.
 */
#ifndef SIGNALBOX_STEP_UNESCAPE_H
#define SIGNALBOX_STEP_UNESCAPE_H

#include "base/str.h"

/* &amp; &#38; &#x26; */
void unescape_xml(struct str *text);
/* \" \\ \/ \n \u00e9, pairs of surrogates too; and the \# of TAP */
void unescape_json(struct str *text);

#endif
