/* SPDX-License-Identifier: MIT */
/* Numbers as people read and write them. */
#ifndef SIGNALBOX_BASE_NUMBER_H
#define SIGNALBOX_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_TEXT_SIZE 32

/* "4,812" into text, which is returned. */
char *number_grouped(int64_t value, char text[NUMBER_TEXT_SIZE]);
/* "412 B", "1.2 KiB", "48 MiB". */
char *number_bytes(int64_t bytes, char text[NUMBER_TEXT_SIZE]);
/* At most `decimals` digits after the point, without trailing zeros: "5",
 * "5.1"; "?" for NAN. */
char *number_real(double value, int decimals, char text[NUMBER_TEXT_SIZE]);

/* The sum, or the last number on the way to it: what others wrote is not
 * trusted to fit. */
int64_t number_sum(int64_t a, int64_t b);
/* The nearest of -1,000,000,000 to 1,000,000,000. */
int number_small(int64_t value);

/* Digits, perhaps a dot and digits, whatever the locale; no sign. *end is
 * what follows. */
bool number_decimal(const char *text, double *number, const char **end);

#endif
