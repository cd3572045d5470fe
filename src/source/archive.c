/* SPDX-License-Identifier: MIT */
#include "source/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/str.h"
#include "proc/child.h"

#define NAMES_LIMIT ((size_t)256 << 20) /* of all members */

bool archive_is(const char *path)
{
	static const char *const suffixes[] = {
		".tar",	    ".tar.gz", ".tgz",	   ".tar.xz", ".txz",
		".tar.bz2", ".tbz2",   ".tar.zst", ".tzst"};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (ends_with(path, suffixes[i]))
			return true;
	return false;
}

static bool leads_out(const char *member)
{
	const char *at = member;

	if (*at == '/')
		return true;
	for (; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || !at[2]))
			return true;
		if (!*at)
			break;
	}
	return false;
}

static int run_tar(const char *flags, const char *archive, const char *folder,
		   struct str *output, struct error *err)
{
	const char *const argv[] = {"tar", flags, archive, "-C", folder, NULL};
	struct child_options options = CHILD_OPTIONS_INIT;

	options.argv = argv;
	return child_capture(&options, output, NAMES_LIMIT, err);
}

/* tar itself does not write through links that lead out, nor over names that
 * do; that an archive tried is reason enough to refuse it. */
static int check_members(const struct artifact *artifact, const char *archive,
			 const char *folder, struct error *err)
{
	struct str names = STR_INIT;
	int result = run_tar("-tf", archive, folder, &names, err);
	char *rest = names.data;

	if (result < 0)
		error_prefix(err, "cannot read the archive %s", artifact->path);
	for (char *name; result == 0 && (name = strsep(&rest, "\n"));)
		if (leads_out(name))
			result = error_set(err, ERROR_REFUSED,
					   "the archive %s has the member %s, "
					   "which leads out of the release; "
					   "build it without",
					   artifact->path, name);
	str_release(&names);
	return result;
}

int archive_unpack(const char *state, const struct artifact *artifact,
		   const char *folder, struct error *err)
{
	char *archive = artifact_object_path(state, artifact->digest);
	char digest[DIGEST_TEXT_SIZE];
	struct str output = STR_INIT;
	int result = digest_file(archive, digest, err);

	if (result == 0 && strcmp(digest, artifact->digest) != 0)
		result = error_set(err, ERROR_CORRUPT,
				   "the kept artifact %s (%.12s) was changed "
				   "on the disk; run the stage that makes it "
				   "again",
				   artifact->path, artifact->digest);
	if (result == 0)
		result = check_members(artifact, archive, folder, err);
	/* -o: owned by who unpacks, not by whom the archive names. */
	if (result == 0 && run_tar("-xof", archive, folder, &output, err) < 0)
		result = error_prefix(err, "cannot unpack %s", artifact->path);
	str_release(&output);
	free(archive);
	return result;
}
