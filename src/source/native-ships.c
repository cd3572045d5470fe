/* SPDX-License-Identifier: MIT */
/* What ships, by libgit2. */
#include "source/native.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "source/collector.h"
#include "source/text.h"

/* Counting lines reads both sides of every file; past this only files are
 * counted. */
#define LINES_TIME_US 5000000

static bool collect_commit(struct collector *collector,
			   const git_commit *commit)
{
	const char *encoding = git_commit_message_encoding(commit);
	const git_signature *author = git_commit_author(commit);
	char id[GIT_OID_HEXSZ + 1];
	char *name = text_utf8(author->name, encoding);
	char *email = text_utf8(author->email, encoding);
	char *committer =
		text_utf8(git_commit_committer(commit)->email, encoding);
	char *subject =
		text_utf8(git_commit_summary((git_commit *)commit), encoding);
	bool more;

	more = collector_add_commit(
		collector,
		&(struct collected_commit){
			.id = git_oid_tostr(id, sizeof(id),
					    git_commit_id(commit)),
			.author = name,
			.email = email,
			.committer_email = committer,
			.subject = subject,
			.time_ms = (int64_t)git_commit_time(commit) * 1000,
		});
	native_each_co_author(commit, collector_add_person, collector);
	free(name);
	free(email);
	free(committer);
	free(subject);
	return more;
}

/* Walks what `from` reaches and `hidden` (NULL: nothing hidden) does not. */
static int walk(git_repository *git, const git_commit *from,
		const git_commit *hidden, git_revwalk **walker)
{
	if (git_revwalk_new(walker, git) < 0 ||
	    git_revwalk_sorting(*walker, GIT_SORT_TIME) < 0 ||
	    git_revwalk_push(*walker, git_commit_id(from)) < 0)
		return -1;
	return hidden ? git_revwalk_hide(*walker, git_commit_id(hidden)) : 0;
}

static int collect_commits(git_repository *git, const git_commit *live,
			   const git_commit *candidate,
			   struct collector *collector)
{
	git_revwalk *walker = NULL;
	int code = walk(git, candidate, live, &walker);
	git_oid id;

	while (code == 0 && (code = git_revwalk_next(&id, walker)) == 0) {
		git_commit *commit;

		code = git_commit_lookup(&commit, git, &id);
		if (code < 0)
			break;
		if (!collect_commit(collector, commit))
			code = GIT_ITEROVER;
		git_commit_free(commit);
	}
	git_revwalk_free(walker);
	return code == GIT_ITEROVER ? 0 : -1;
}

static int count_lost(git_repository *git, const git_commit *live,
		      const git_commit *candidate, size_t *lost)
{
	git_revwalk *walker = NULL;
	int code = live ? walk(git, live, candidate, &walker) : GIT_ITEROVER;
	git_oid id;

	while (code == 0 && (code = git_revwalk_next(&id, walker)) == 0)
		(*lost)++;
	git_revwalk_free(walker);
	return code == GIT_ITEROVER ? 0 : -1;
}

/* live NULL: from the empty tree. */
static int diff_trees(git_repository *git, const git_commit *live,
		      const git_commit *candidate,
		      const git_diff_options *options, git_diff **diff)
{
	git_tree *from = NULL;
	git_tree *to = NULL;
	int code = live ? git_commit_tree(&from, live) : 0;

	if (code == 0)
		code = git_commit_tree(&to, candidate);
	if (code == 0)
		code = git_diff_tree_to_tree(diff, git, from, to, options);
	git_tree_free(from);
	git_tree_free(to);
	return code;
}

static const char *delta_path(git_diff *diff, size_t index)
{
	const git_diff_delta *delta = git_diff_get_delta(diff, index);

	return delta->status == GIT_DELTA_DELETED ? delta->old_file.path
						  : delta->new_file.path;
}

/* Adds to both counts; a binary file has no patch and adds nothing. */
static int count_lines(git_diff *diff, size_t index, size_t *insertions,
		       size_t *deletions)
{
	git_patch *patch = NULL;
	size_t added = 0;
	size_t removed = 0;
	int code = git_patch_from_diff(&patch, diff, index);

	if (code == 0 && patch)
		code = git_patch_line_stats(NULL, &added, &removed, patch);
	*insertions += added;
	*deletions += removed;
	git_patch_free(patch);
	return code;
}

/* *index goes past the file's deltas: two, one gone and one new, when a file
 * became a link or the other way round. */
static int collect_file(git_diff *diff, size_t *index, bool lines,
			struct collector *collector)
{
	const char *raw = delta_path(diff, *index);
	size_t count = git_diff_num_deltas(diff);
	size_t insertions = 0;
	size_t deletions = 0;
	int code = 0;

	do {
		if (lines)
			code = count_lines(diff, *index, &insertions,
					   &deletions);
	} while (++*index < count &&
		 strcmp(delta_path(diff, *index), raw) == 0);
	if (!collector_add_file(collector, raw, insertions, deletions))
		*index = count;
	return code;
}

static int collect_files(git_repository *git, const git_commit *live,
			 const git_commit *candidate,
			 struct collector *collector)
{
	int64_t until = clock_monotonic_us() + LINES_TIME_US;
	git_diff *diff = NULL;
	git_diff_options options;
	size_t i = 0;
	int code;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.context_lines = 0;
	code = diff_trees(git, live, candidate, &options, &diff);

	while (code == 0 && i < git_diff_num_deltas(diff)) {
		bool lines = clock_monotonic_us() < until;

		if (!lines)
			collector->ships->lines_partial = true;
		code = collect_file(diff, &i, lines, collector);
	}
	git_diff_free(diff);
	return code;
}

int native_ships(struct repository *repository, const char *live,
		 const char *candidate, struct ships *ships, struct error *err)
{
	git_repository *git = repository->native;
	struct collector collector;
	git_commit *from = NULL;
	git_commit *to = NULL;
	int result = -1;

	collector_init(&collector, ships);
	if ((live && native_find_commit(repository, live, &from, NULL, err)) ||
	    native_find_commit(repository, candidate, &to, NULL, err) < 0)
		goto out;
	if (collect_commits(git, from, to, &collector) < 0 ||
	    (!ships->is_stopped && count_lost(git, from, to, &ships->lost) < 0))
		native_fail(err, "cannot walk the history");
	else if (!ships->is_stopped &&
		 collect_files(git, from, to, &collector) < 0)
		native_fail(err, "cannot compare the trees");
	else
		result = 0;
out:
	collector_finish(&collector);
	if (result < 0)
		ships_release(ships);
	git_commit_free(from);
	git_commit_free(to);
	return result;
}

int native_paths(struct repository *repository, const char *live,
		 const char *candidate,
		 void (*take)(const char *raw, void *data), void *data,
		 struct error *err)
{
	git_commit *from = NULL;
	git_commit *to = NULL;
	git_diff *diff = NULL;
	int result = -1;

	if ((live && native_find_commit(repository, live, &from, NULL, err)) ||
	    native_find_commit(repository, candidate, &to, NULL, err) < 0)
		goto out;
	result = diff_trees(repository->native, from, to, NULL, &diff);
	if (result < 0)
		native_fail(err, "cannot compare the trees");
	for (size_t i = 0; result == 0 && i < git_diff_num_deltas(diff); i++)
		take(delta_path(diff, i), data);
	git_diff_free(diff);
out:
	git_commit_free(from);
	git_commit_free(to);
	return result < 0 ? -1 : 0;
}

struct patch_text {
	struct str *text;
	size_t limit; /* of its length */
	bool is_cut;
};

static int add_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
		    const git_diff_line *line, void *data)
{
	struct patch_text *patch = data;

	(void)delta;
	(void)hunk;
	if (patch->text->len + line->content_len + 1 > patch->limit) {
		patch->is_cut = true;
		return 1;
	}
	if (line->origin == GIT_DIFF_LINE_CONTEXT ||
	    line->origin == GIT_DIFF_LINE_ADDITION ||
	    line->origin == GIT_DIFF_LINE_DELETION)
		str_add_char(patch->text, line->origin);
	str_add_bytes(patch->text, line->content, line->content_len);
	return 0;
}

/* Files over this are called binary and not compared. */
#define COMPARED_BYTES ((git_off_t)16 << 20)

/* raw NULL: all files. */
static int add_patch(git_repository *git, const git_commit *from,
		     const git_commit *to, const char *raw,
		     struct patch_text *patch)
{
	char *paths[] = {(char *)raw};
	git_diff_options options;
	git_diff *diff = NULL;
	int code;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.max_size = COMPARED_BYTES;
	options.flags = GIT_DIFF_DISABLE_PATHSPEC_MATCH;
	if (raw)
		options.pathspec = (git_strarray){paths, 1};
	code = diff_trees(git, from, to, &options, &diff);
	if (code == 0)
		code = git_diff_print(diff, GIT_DIFF_FORMAT_PATCH, add_line,
				      patch);
	git_diff_free(diff);
	if (patch->is_cut)
		ships_say_cut(patch->text, patch->limit);
	return patch->is_cut ? 0 : code;
}

int native_diff(struct repository *repository, const char *live,
		const char *candidate, const char *raw, size_t limit,
		struct str *text, struct error *err)
{
	struct patch_text patch = {text, text->len + limit, false};
	git_commit *from = NULL;
	git_commit *to = NULL;
	int result = -1;

	if ((live && native_find_commit(repository, live, &from, NULL, err)) ||
	    native_find_commit(repository, candidate, &to, NULL, err) < 0)
		goto out;
	result = add_patch(repository->native, from, to, raw, &patch);
	if (result < 0)
		native_fail(err, "cannot compare the file");
out:
	git_commit_free(from);
	git_commit_free(to);
	return result;
}

int native_show(struct repository *repository, const char *commit, size_t limit,
		struct str *text, struct error *err)
{
	struct patch_text patch = {text, text->len + limit, false};
	git_commit *parent = NULL;
	git_commit *found = NULL;
	char *message;
	int code = 0;

	if (native_find_commit(repository, commit, &found, NULL, err) < 0)
		return -1;
	message = text_utf8(git_commit_message(found),
			    git_commit_message_encoding(found));
	ships_add_message(text, message);
	free(message);
	if (git_commit_parentcount(found))
		code = git_commit_parent(&parent, found, 0);
	if (code == 0)
		code = add_patch(repository->native, parent, found, NULL,
				 &patch);
	git_commit_free(parent);
	git_commit_free(found);
	return code < 0 ? native_fail(err, "cannot compare the commit") : 0;
}
