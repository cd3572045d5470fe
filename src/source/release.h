/* SPDX-License-Identifier: MIT */
/*
 * Releases: a set of artifacts ready to run, in STATE/releases/DIGEST/,
 * read-only, named by artifacts_digest(). What is there is used again; it
 * appears whole or not at all.
 *
 * Everything here blocks: call it on a helper.
 */
#ifndef SIGNALBOX_SOURCE_RELEASE_H
#define SIGNALBOX_SOURCE_RELEASE_H

#include "base/error.h"
#include "base/strings.h"
#include "source/artifact.h"

struct unpacked_release {
	char digest[DIGEST_TEXT_SIZE];
	char *folder; /* STATE/releases/DIGEST */
	/* Where a target's command runs: folder, or the one folder inside it
	 * when the set is archives that hold nothing else. */
	char *root;
};

#define UNPACKED_RELEASE_INIT \
	{                     \
		{0}, 0, 0     \
	}

/*
 * Archives (.tar, .tar.gz, .tgz, .tar.xz, .txz, .tar.bz2, .tar.zst: what tar
 * reads here) are unpacked, but those to be left whole; any other artifact is
 * placed at its own path. An
 * archive whose members lead out of the folder is refused, as are devices.
 */
int release_unpack(const char *state, const struct artifacts *set,
		   struct unpacked_release *release,
		   struct error *err) MUST_CHECK;
/* Finds an unpacked one by its digest; ERROR_NOT_FOUND when it is gone. */
int release_find(const char *state, const char *digest,
		 struct unpacked_release *release,
		 struct error *err) MUST_CHECK;
void unpacked_release_clear(struct unpacked_release *release);

#define RELEASES_KEPT 10

/* Digests of the releases that may go: all but the RELEASES_KEPT last used
 * and those that `keep` names (what is live, what a rollback would need). */
int releases_prunable(const char *state, const struct strings *keep,
		      struct strings *prunable, struct error *err) MUST_CHECK;
/* ERROR_REFUSED when it was used since `before` (wall ms). */
int release_remove(const char *state, const char *digest, int64_t before,
		   struct error *err) MUST_CHECK;

#endif
