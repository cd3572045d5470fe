/* SPDX-License-Identifier: MIT */
/* Of what a stage has, the rows of each table. */
#ifndef SIGNALBOX_UI_TABLE_ROWS_H
#define SIGNALBOX_UI_TABLE_ROWS_H

#include "ui/table-data.h"

/* "main.c:30" of "src/main.c:30"; NULL of NULL. */
const char *table_short(const char *place);
void table_rows_add(struct table_data *data, size_t source);

#endif
