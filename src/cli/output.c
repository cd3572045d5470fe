/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"

void output_text(FILE *to, const char *text)
{
	struct str plain = STR_INIT;

	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0 || !isatty(fileno(to))) {
		fputs(text, to);
		return;
	}
	str_add_ascii(&plain, text, strlen(text));
	fputs(plain.data, to);
	str_release(&plain);
}

void output_line(FILE *to, const char *text)
{
	output_text(to, text);
	putc('\n', to);
}
