/* SPDX-License-Identifier: MIT */
/* The YAML block below a TAP point. */
#ifndef SIGNALBOX_REPORT_FORMATS_TAP_YAML_H
#define SIGNALBOX_REPORT_FORMATS_TAP_YAML_H

#include "report/formats/tap.h"

/* Whether the line opens a block, which is then under way. */
bool tap_yaml_opens(struct tap_reader *tap, const char *line, size_t len);
/* A line of the open block; false when it is none, and the block is over:
 * a program that died inside one must not hide what the next one says. */
bool tap_yaml_line(struct tap_reader *tap, const char *line, size_t len);

#endif
