/* SPDX-License-Identifier: MIT */
/*
 * Artifacts: files that a stage made, kept by digest in
 * STATE/artifacts/sha256/AA/DIGEST (AA: the digest's first two digits) and
 * put at the same path in the work folders of later stages.
 *
 * Everything here blocks (copies, digests): call it on a helper. `state` is
 * repository_state_folder().
 */
#ifndef SIGNALBOX_SOURCE_ARTIFACT_H
#define SIGNALBOX_SOURCE_ARTIFACT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strings.h"

struct artifact {
	char *path; /* below the work folder */
	char digest[DIGEST_TEXT_SIZE];
	int64_t bytes;
	mode_t mode; /* permission bits */
	bool whole;  /* a release has it as it is, not unpacked */
};

struct artifacts {
	struct artifact *items; /* by path, each path once */
	size_t count, cap;
};

#define ARTIFACTS_INIT  \
	{               \
		0, 0, 0 \
	}

void artifacts_release(struct artifacts *set);
/* Copies one in, at its place; one with the same path is replaced. */
void artifacts_put(struct artifacts *set, const char *path, const char *digest,
		   int64_t bytes, mode_t mode);
/* The digest of the whole set: of its sorted paths and digests. */
void artifacts_digest(const struct artifacts *set, char text[DIGEST_TEXT_SIZE]);

/*
 * Keeps every file that the globs name below folder: '*', '?' and '[...]'
 * stay within one name, '**' is any depth, a folder means all files in it.
 * A glob that names nothing is an error (ERROR_FAILED), as are paths that
 * lead out of the folder. Adds to set.
 */
int artifacts_store(const char *state, const char *folder,
		    const struct strings *globs, struct artifacts *set,
		    struct error *err) MUST_CHECK;

/* Keeps one file alone, which path names as it is, if it has the digest. */
int artifact_store(const char *state, const char *path, const char *digest,
		   int64_t *bytes, struct error *err) MUST_CHECK;

/* Copies every artifact to its path below folder, over what is there. A
 * stored file that no longer has its digest is refused (ERROR_CORRUPT). */
int artifacts_place(const char *state, const struct artifacts *set,
		    const char *folder, struct error *err) MUST_CHECK;

/* Whether the file has the artifact's digest; if not, ERROR_CORRUPT. */
int artifact_check(const struct artifact *artifact, const char *copy,
		   struct error *err) MUST_CHECK;
/* Where the file with this digest is kept; owned by the caller. */
char *artifact_object_path(const char *state, const char *digest);
/* Digests of the files kept before `before` (wall ms) that `keep` does not
 * name. */
int artifacts_prunable(const char *state, const struct strings *keep,
		       int64_t before, struct strings *prunable,
		       struct error *err) MUST_CHECK;
/* ERROR_REFUSED when the file was kept, or kept again, since `before` (wall
 * ms): whoever did so may not have recorded it yet. */
int artifact_remove(const char *state, const char *digest, int64_t before,
		    struct error *err) MUST_CHECK;

#endif
