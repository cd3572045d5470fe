/* SPDX-License-Identifier: MIT */
#include "event/journal-head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define CHECK_DIGITS 16

void journal_head_encode(const struct journal_head *head,
			 char text[JOURNAL_HEAD_SIZE + 1])
{
	char check[DIGEST_TEXT_SIZE];
	int len = snprintf(
		text, JOURNAL_HEAD_SIZE + 1,
		"signalbox-head 1 %019lld %019lld %019lld %019lld %.64s ",
		(long long)head->seq, (long long)head->start,
		(long long)head->end, (long long)head->synced, head->digest);

	if (len != JOURNAL_HEAD_SIZE - CHECK_DIGITS - 1)
		BUG("a journal head of %d bytes", len);
	digest_bytes(text, (size_t)len, check);
	memcpy(text + len, check, CHECK_DIGITS);
	text[JOURNAL_HEAD_SIZE - 1] = '\n';
	text[JOURNAL_HEAD_SIZE] = '\0';
}

/* What is read is right when it encodes to the very same bytes. */
static bool parse(const struct str *text, struct journal_head *head)
{
	char again[JOURNAL_HEAD_SIZE + 1];
	long long number[4];

	if (text->len != JOURNAL_HEAD_SIZE ||
	    sscanf(text->data,
		   "signalbox-head 1 %19lld %19lld %19lld %19lld "
		   "%64[0-9a-f]",
		   &number[0], &number[1], &number[2], &number[3],
		   head->digest) != 5 ||
	    strlen(head->digest) != DIGEST_TEXT_SIZE - 1)
		return false;
	head->seq = number[0];
	head->start = number[1];
	head->end = number[2];
	head->synced = number[3];
	if (head->seq < 0 || head->start < 0 || head->synced < 0 ||
	    head->end <= head->start || head->synced > head->seq)
		return false;
	journal_head_encode(head, again);
	return memcmp(text->data, again, JOURNAL_HEAD_SIZE) == 0;
}

int journal_head_read(const char *folder, struct journal_head *head,
		      struct error *err)
{
	char *path = path_join(folder, "head");
	struct str text = STR_INIT;
	int result = file_read(path, &text, 4096, err);

	if (result == 0 && !parse(&text, head))
		result = error_set(err, ERROR_CORRUPT,
				   "%s is damaged: it does not agree with its "
				   "own check digits",
				   path);
	str_release(&text);
	free(path);
	return result;
}
