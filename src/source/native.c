/* SPDX-License-Identifier: MIT */
/* libgit2 answers for a repository. */
#include "source/native.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "source/text.h"

int native_fail(struct error *err, const char *what)
{
	const git_error *last = git_error_last();

	return error_set(err, ERROR_GIT, "%s: %s", what,
			 last && last->message ? last->message : "git failed");
}

static char *without_slash(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return xstrndup(path, len);
}

/* libgit2 reads neither a shallow history nor what a partial clone left on
 * its remote. Each name is looked at here: libgit2 1.5 with PCRE2 leaks
 * 20 KiB for every name that its own pattern does not match. */
static bool is_incomplete(git_repository *git)
{
	git_config_iterator *each = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	bool found = git_repository_is_shallow(git) == 1;

	if (git_repository_config_snapshot(&config, git) == 0 &&
	    git_config_iterator_new(&each, config) == 0)
		while (!found && git_config_next(&entry, each) == 0)
			found = starts_with(entry->name, "remote.") &&
				ends_with(entry->name, ".promisor");
	git_config_iterator_free(each);
	git_config_free(config);
	return found;
}

static void close_native(struct repository *repository)
{
	git_repository_free(repository->native);
	repository->native = NULL;
	git_libgit2_shutdown();
}

enum native_result native_open(struct repository *repository)
{
	int code;

	/* Counted: the handles of other threads keep the library open. */
	git_libgit2_init();
	code = git_repository_open_ext(&repository->native, repository->folder,
				       0, NULL);
	if (code == GIT_ENOTFOUND && git_error_last() &&
	    git_error_last()->klass == GIT_ERROR_REPOSITORY) {
		git_libgit2_shutdown();
		return NATIVE_NONE;
	}
	if (code < 0 || is_incomplete(repository->native)) {
		close_native(repository);
		return NATIVE_UNREADABLE;
	}
	if (!repository->git_folder)
		repository->git_folder =
			without_slash(git_repository_path(repository->native));
	if (!repository->common)
		repository->common = without_slash(
			git_repository_commondir(repository->native));
	if (git_repository_workdir(repository->native))
		repository->work_tree = without_slash(
			git_repository_workdir(repository->native));
	return NATIVE_OPENED;
}

/* A branch or other reference, or NULL. */
static git_commit *find_by_name(git_repository *git, const char *name,
				char **branch)
{
	git_reference *reference = NULL;
	git_object *object = NULL;

	if (git_reference_dwim(&reference, git, name) == 0 &&
	    git_reference_peel(&object, reference, GIT_OBJECT_COMMIT) == 0 &&
	    branch && git_reference_is_branch(reference))
		*branch = text_utf8(git_reference_shorthand(reference), NULL);
	git_reference_free(reference);
	return (git_commit *)object;
}

static git_commit *find_by_id(git_repository *git, const char *text, size_t len)
{
	git_object *object = NULL;
	git_object *peeled = NULL;
	git_oid id;

	if (git_oid_fromstrn(&id, text, len) == 0 &&
	    git_object_lookup_prefix(&object, git, &id, len, GIT_OBJECT_ANY) ==
		    0)
		git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
	git_object_free(object);
	return (git_commit *)peeled;
}

static bool is_hexadecimal(const char *text, size_t len)
{
	return len >= 4 && len <= GIT_OID_HEXSZ &&
	       strspn(text, "0123456789abcdefABCDEF") == len;
}

int native_find_commit(struct repository *repository, const char *revision,
		       git_commit **found, char **branch, struct error *err)
{
	size_t len = strlen(revision);
	char *id;

	*found = NULL;
	if (len == GIT_OID_HEXSZ && is_hexadecimal(revision, len))
		*found = find_by_id(repository->native, revision, len);
	if (!*found)
		*found = find_by_name(repository->native, revision, branch);
	if (!*found && is_hexadecimal(revision, len))
		*found = find_by_id(repository->native, revision, len);
	if (*found)
		return 0;
	/* Whatever else git understands it tells itself: libgit2 1.5 knows
	 * less, and leaks 20 KiB for a name that its patterns reject. */
	id = command_resolve(repository, revision, err);
	if (!id)
		return -1;
	*found = find_by_id(repository->native, id, strlen(id));
	free(id);
	return *found ? 0 : repository_no_commit(revision, err);
}

/* git's rule: half the bits of the number of packed objects, at least 7. */
static size_t automatic_abbreviation(const struct repository *repository)
{
	char *pattern = path_join(repository->common, "objects/pack/*.idx");
	glob_t packs = {0};
	uint64_t objects = 0;
	size_t bits = 0;

	if (glob(pattern, GLOB_NOSORT, NULL, &packs) == 0)
		for (size_t i = 0; i < packs.gl_pathc; i++) {
			/* The last of 256 counts after the 8 bytes' header. */
			int fd =
				file_open(packs.gl_pathv[i], O_RDONLY, 0, NULL);
			unsigned char raw[4];

			if (fd >= 0 && pread(fd, raw, 4, 8 + 255 * 4) == 4)
				objects += (uint64_t)raw[0] << 24 |
					   (uint64_t)raw[1] << 16 |
					   (uint64_t)raw[2] << 8 | raw[3];
			if (fd >= 0)
				close(fd);
		}
	globfree(&packs);
	free(pattern);
	for (; objects; objects >>= 1)
		bits++;
	return bits / 2 + bits % 2 > 7 ? bits / 2 + bits % 2 : 7;
}

static size_t abbreviation(const struct repository *repository)
{
	git_config *config = NULL;
	const char *text = NULL;
	size_t digits = 0;

	if (git_repository_config_snapshot(&config, repository->native) == 0 &&
	    git_config_get_string(&text, config, "core.abbrev") == 0) {
		digits = (size_t)strtoul(text, NULL, 10);
		if (strcasecmp(text, "no") == 0 ||
		    strcasecmp(text, "off") == 0 ||
		    strcasecmp(text, "false") == 0 || digits > GIT_OID_HEXSZ)
			digits = GIT_OID_HEXSZ;
	}
	git_config_free(config);
	return digits >= 4 ? digits : automatic_abbreviation(repository);
}

static char *short_id(const struct repository *repository, const git_oid *id)
{
	size_t len = abbreviation(repository);
	char text[GIT_OID_HEXSZ + 1];
	git_odb *objects = NULL;
	git_oid whole;

	git_oid_tostr(text, sizeof(text), id);
	if (git_repository_odb(&objects, repository->native) == 0)
		while (len < GIT_OID_HEXSZ &&
		       git_odb_exists_prefix(&whole, objects, id, len) ==
			       GIT_EAMBIGUOUS)
			len++;
	git_odb_free(objects);
	return xstrndup(text, len);
}

void native_each_co_author(const git_commit *commit,
			   void (*take)(const char *person, void *data),
			   void *data)
{
	const char *encoding = git_commit_message_encoding(commit);
	git_message_trailer_array trailers = {0};

	if (!strcasestr(git_commit_message(commit), "co-authored-by:") ||
	    git_message_trailers(&trailers, git_commit_message(commit)) < 0)
		return;
	for (size_t i = 0; i < trailers.count; i++)
		if (strcasecmp(trailers.trailers[i].key, "co-authored-by") ==
		    0) {
			char *person =
				text_utf8(trailers.trailers[i].value, encoding);

			take(person, data);
			free(person);
		}
	git_message_trailer_array_free(&trailers);
}

static int read_commit(struct repository *repository, const char *revision,
		       struct commit *commit, struct error *err)
{
	const git_signature *author, *committer;
	char id[GIT_OID_HEXSZ + 1];
	git_commit *found;
	const char *encoding;

	if (native_find_commit(repository, revision, &found, &commit->branch,
			       err) < 0)
		return -1;
	author = git_commit_author(found);
	committer = git_commit_committer(found);
	encoding = git_commit_message_encoding(found);
	commit->id =
		xstrdup(git_oid_tostr(id, sizeof(id), git_commit_id(found)));
	commit->short_id = short_id(repository, git_commit_id(found));
	commit->subject = text_utf8(git_commit_summary(found), encoding);
	commit->author_name = text_utf8(author->name, encoding);
	commit->author_email = text_utf8(author->email, encoding);
	commit->committer_name = text_utf8(committer->name, encoding);
	commit->committer_email = text_utf8(committer->email, encoding);
	commit->time_ms = (int64_t)git_commit_time(found) * 1000;
	native_each_co_author(found, commit_add_co_author, commit);
	git_commit_free(found);
	return 0;
}

static char *describe(struct repository *repository, const char *revision,
		      struct error *err)
{
	git_describe_format_options format;
	git_describe_options options;
	git_describe_result *result = NULL;
	git_buf text = GIT_BUF_INIT;
	git_commit *commit;
	char *version = NULL;

	if (native_find_commit(repository, revision, &commit, NULL, err) < 0)
		return NULL;
	git_describe_options_init(&options, GIT_DESCRIBE_OPTIONS_VERSION);
	git_describe_format_options_init(&format,
					 GIT_DESCRIBE_FORMAT_OPTIONS_VERSION);
	options.describe_strategy = GIT_DESCRIBE_TAGS;
	options.show_commit_oid_as_fallback = 1;
	format.abbreviated_size = (unsigned)abbreviation(repository);
	if (git_describe_commit(&result, (git_object *)commit, &options) < 0 ||
	    git_describe_format(&text, result, &format) < 0)
		native_fail(err, "cannot describe the commit");
	else
		version = text_utf8(text.ptr, NULL);
	git_buf_dispose(&text);
	git_describe_result_free(result);
	git_commit_free(commit);
	return version;
}

static int read_blob(struct repository *repository, const char *path,
		     const git_tree_entry *entry, size_t limit,
		     struct str *text, struct error *err)
{
	git_blob *blob = NULL;
	int result = -1;

	if ((git_tree_entry_filemode(entry) & S_IFMT) != S_IFREG)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s is no regular file in the commit", path);
	if (git_blob_lookup(&blob, repository->native,
			    git_tree_entry_id(entry)) < 0)
		return native_fail(err, "cannot read the file");
	if ((uint64_t)git_blob_rawsize(blob) > limit) {
		error_set(err, ERROR_IO, "%s is larger than %zu bytes", path,
			  limit);
	} else {
		str_add_bytes(text, git_blob_rawcontent(blob),
			      (size_t)git_blob_rawsize(blob));
		result = 0;
	}
	git_blob_free(blob);
	return result;
}

static int read_file_at(struct repository *repository, const char *revision,
			const char *path, size_t limit, struct str *text,
			struct error *err)
{
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	git_commit *commit;
	int result = -1;

	if (native_find_commit(repository, revision, &commit, NULL, err) < 0)
		return -1;
	if (git_commit_tree(&tree, commit) < 0)
		native_fail(err, "cannot read the commit's tree");
	else if (git_tree_entry_bypath(&entry, tree, path) < 0)
		error_set(err, ERROR_NOT_FOUND, "there is no %s in commit %s",
			  path, revision);
	else
		result = read_blob(repository, path, entry, limit, text, err);
	git_tree_entry_free(entry);
	git_tree_free(tree);
	git_commit_free(commit);
	return result;
}

static char *head_branch(struct repository *repository)
{
	static const char heads[] = "refs/heads/";
	git_reference *reference = NULL;
	const char *target = NULL;
	char *branch = NULL;

	if (git_reference_lookup(&reference, repository->native, "HEAD") == 0)
		target = git_reference_symbolic_target(reference);
	if (target && starts_with(target, heads))
		branch = text_utf8(target + strlen(heads), NULL);
	git_reference_free(reference);
	return branch;
}

const struct backend_ops native_backend = {
	.close = close_native,
	.commit = read_commit,
	.version = describe,
	.read_file = read_file_at,
	.head_branch = head_branch,
	.ships = native_ships,
	.paths = native_paths,
	.diff = native_diff,
	.show = native_show,
};
