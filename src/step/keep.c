/* SPDX-License-Identifier: MIT */
#include "step/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "step/mask.h"
#include "step/unescape.h"

/* As large as a report may be. */
#define RAW_BYTES ((size_t)256 << 20)

struct raw { /* the file of a report; digest "": not kept */
	char digest[DIGEST_TEXT_SIZE];
	int64_t bytes;
};

struct keeping {
	const char *state_folder;
	char *path;
	struct evidence_writer *writer;
	struct mask *mask; /* of its own: the loop goes on with the other */
	struct raw *raws;
	size_t raw_count, raw_cap;
	char digest[DIGEST_TEXT_SIZE]; /* of the evidence file; "" */
	struct error err;
	bool goes_on;
};

static void hide(void *data, const char *text, size_t len, struct str *out)
{
	mask_report(data, text, len, out);
}

struct keeping *keeping_new(const struct step *step, bool goes_on)
{
	const struct step_host *host = step->options.host;
	const char *stage = step->options.stage->name;
	struct keeping *keeping = xcalloc(1, sizeof(*keeping));

	keeping->state_folder = host->run->state_folder;
	keeping->path = evidence_path(host->run->run_folder, stage);
	keeping->writer = evidence_writer_new(stage);
	keeping->goes_on = goes_on;
	keeping->mask = mask_copy(host->mask);
	if (keeping->mask)
		evidence_mask(keeping->writer, hide, keeping->mask);
	return keeping;
}

void keeping_free(struct keeping *keeping)
{
	if (!keeping)
		return;
	evidence_writer_free(keeping->writer);
	mask_free(keeping->mask);
	error_clear(&keeping->err);
	free(keeping->raws);
	free(keeping->path);
	free(keeping);
}

/* As it is, or as its format writes it: &amp; or \". What one format holds of
 * the other, such as a message in HTML, is looked at last. */
static bool holds_secrets(struct keeping *keeping, struct str *text)
{
	bool is_xml =
		text->data[strspn(text->data, " \t\r\n\xef\xbb\xbf")] == '<';
	bool holds = mask_finds(keeping->mask, text->data, text->len);

	for (int i = 0; i < 2 && !holds; i++) {
		size_t len = text->len;

		(is_xml == (i == 0) ? unescape_xml : unescape_json)(text);
		/* Without an escape it is as it was. */
		holds = text->len < len &&
			mask_finds(keeping->mask, text->data, text->len);
	}
	return holds;
}

/* Looks at the bytes that were judged, not at what took their place. */
static bool may_be_kept(struct keeping *keeping, const struct report *report,
			const char *file)
{
	char digest[DIGEST_TEXT_SIZE];
	struct str text = STR_INIT;
	bool may = false;

	if (!keeping->mask)
		return true;
	if (file_read(file, &text, RAW_BYTES, &keeping->err) == 0) {
		digest_bytes(text.data, text.len, digest);
		if (strcmp(digest, report->digest) == 0)
			may = !holds_secrets(keeping, &text);
		else
			error_set(&keeping->err, ERROR_CORRUPT,
				  "%s: it is not as it was read", file);
	}
	str_release(&text);
	return may;
}

void keeping_report(struct keeping *keeping, const struct report *report,
		    struct evidence_context *context, const char *file,
		    bool keep_raw)
{
	struct raw *raw =
		VECTOR_ADD(keeping->raws, keeping->raw_count, keeping->raw_cap);

	if (keeping->goes_on)
		evidence_continue(keeping->writer, keeping->path);
	keeping->goes_on = false;
	if (report && file && keep_raw && !report->has_secrets &&
	    may_be_kept(keeping, report, file) &&
	    artifact_store(keeping->state_folder, file, report->digest,
			   &raw->bytes, &keeping->err) == 0) {
		memcpy(raw->digest, report->digest, sizeof(raw->digest));
		context->digest = raw->digest;
		context->bytes = raw->bytes;
	}
	evidence_report(keeping->writer, report, context);
}

void keeping_save(struct keeping *keeping)
{
	char digest[DIGEST_TEXT_SIZE];

	if (evidence_save(keeping->writer, keeping->path, digest,
			  &keeping->err) == 0)
		memcpy(keeping->digest, digest, sizeof(digest));
}

void keeping_tell(const struct keeping *keeping, size_t which,
		  struct event *event)
{
	const struct raw *raw =
		which < keeping->raw_count ? &keeping->raws[which] : NULL;

	if (*keeping->digest)
		event_set(event, "evidence", keeping->digest);
	if (!raw || !*raw->digest)
		return;
	event_set(event, "digest", raw->digest);
	event_set_int(event, "bytes", raw->bytes);
}

const char *keeping_why(const struct keeping *keeping)
{
	return keeping->err.code ? error_text(&keeping->err) : NULL;
}
