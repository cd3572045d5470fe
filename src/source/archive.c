/* SPDX-License-Identifier: MIT */
#include "source/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
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
		if (path_leads_out(name))
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
	struct str output = STR_INIT;
	int result = artifact_check(artifact, archive, err);

	if (result == 0)
		result = check_members(artifact, archive, folder, err);
	/* -o: owned by who unpacks, not by whom the archive names. */
	if (result == 0 && run_tar("-xof", archive, folder, &output, err) < 0)
		result = error_prefix(err, "cannot unpack %s", artifact->path);
	str_release(&output);
	free(archive);
	return result;
}
