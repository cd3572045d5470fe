/* SPDX-License-Identifier: MIT */
#include "ui/shipment.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vector.h"

/* With more files than this, folders stand folded. */
#define OPEN_FILES 40

struct shipment *shipment_new(void)
{
	struct shipment *it = xcalloc(1, sizeof(*it));

	it->environment = xstrdup("");
	it->live = xstrdup("");
	it->live_version = xstrdup("");
	it->candidate = xstrdup("");
	it->candidate_version = xstrdup("");
	return it;
}

void shipment_free(struct shipment *it)
{
	if (!it)
		return;
	for (size_t i = 0; i < it->commit_count; i++)
		shipped_commit_release(&it->commits[i]);
	for (size_t i = 0; i < it->file_count; i++)
		shipped_file_release(&it->files[i]);
	for (size_t i = 0; i < it->folder_count; i++)
		free(it->folders[i].path);
	comparison_release(&it->comparison);
	free(it->commits);
	free(it->files);
	free(it->folders);
	free(it->rows);
	free(it->environment);
	free(it->live);
	free(it->live_version);
	free(it->candidate);
	free(it->candidate_version);
	free(it->error);
	free(it);
}

void shipment_add_commit_owned(struct shipment *it,
			       struct shipped_commit commit)
{
	*VECTOR_ADD(it->commits, it->commit_count, it->commit_cap) = commit;
}

static struct ship_folder *parent_of(struct shipment *it,
				     const struct ship_folder *folder)
{
	return folder->parent ? &it->folders[folder->parent - 1] : NULL;
}

/* The innermost folder so far that the path lies in, or NULL. Files come by
 * path, so it is the last one or one above that. */
static struct ship_folder *folder_above(struct shipment *it, const char *path)
{
	struct ship_folder *folder =
		it->folder_count ? &it->folders[it->folder_count - 1] : NULL;

	while (folder && !starts_with(path, folder->path))
		folder = parent_of(it, folder);
	return folder;
}

static void add_folders(struct shipment *it, const char *path)
{
	const struct ship_folder *above = folder_above(it, path);
	const char *at = path + (above ? strlen(above->path) : 0);
	size_t parent = above ? (size_t)(above - it->folders) + 1 : 0;

	while ((at = strchr(at, '/'))) {
		struct ship_folder *folder = VECTOR_ADD(
			it->folders, it->folder_count, it->folder_cap);

		folder->path = xstrndup(path, (size_t)(++at - path));
		folder->first = it->file_count;
		folder->is_folded = it->file_count >= OPEN_FILES;
		folder->parent = parent;
		parent = it->folder_count;
	}
}

static void count_file(struct shipment *it, const struct shipped_file *file)
{
	it->insertions += file->insertions;
	it->deletions += file->deletions;
	it->risky += file->risk != RISK_NONE;
	it->migrations += file->risk == RISK_MIGRATION;
	for (struct ship_folder *folder = folder_above(it, file->path); folder;
	     folder = parent_of(it, folder)) {
		folder->files++;
		folder->insertions += file->insertions;
		folder->deletions += file->deletions;
		folder->risky += file->risk != RISK_NONE;
	}
}

void shipment_add_file_owned(struct shipment *it, struct shipped_file file)
{
	add_folders(it, file.path);
	count_file(it, &file);
	*VECTOR_ADD(it->files, it->file_count, it->file_cap) = file;
	if (it->file_count == OPEN_FILES + 1)
		for (size_t i = 0; i < it->folder_count; i++)
			it->folders[i].is_folded = true;
}

static void add_row(struct shipment *it, enum ship_row_kind kind, size_t item,
		    int depth, size_t label)
{
	*VECTOR_ADD(it->rows, it->row_count, it->row_cap) =
		(struct ship_row){kind, depth, item, label};
}

static void add_items(struct shipment *it, enum ship_section section,
		      enum ship_row_kind kind, size_t count)
{
	add_row(it, ROW_SECTION, section, 0, 0);
	for (size_t i = 0; !it->folded[section] && i < count; i++)
		add_row(it, kind, i, 1, 0);
}

/* A folder that holds nothing but another one stands in that one's row. */
static bool is_passed_over(const struct shipment *it, size_t i)
{
	const struct ship_folder *folder = &it->folders[i];
	const struct ship_folder *next = folder + 1;

	return i + 1 < it->folder_count && next->first == folder->first &&
	       next->files == folder->files &&
	       starts_with(next->path, folder->path);
}

#define DEPTH_MOST 64

struct tree { /* the folders that a row lies in, as they are shown */
	size_t ends[DEPTH_MOST];
	size_t labels[DEPTH_MOST];
	int depth;
};

static void leave_folders(struct tree *tree, size_t file)
{
	while (tree->depth > 0 && tree->ends[tree->depth - 1] <= file)
		tree->depth--;
}

static size_t label_of(const struct tree *tree)
{
	return tree->depth ? tree->labels[tree->depth - 1] : 0;
}

/* Returns the file to go on with: what is folded is left out. */
static size_t add_folder_row(struct shipment *it, struct tree *tree, size_t i)
{
	const struct ship_folder *folder = &it->folders[i];
	size_t end = folder->first + folder->files;

	add_row(it, ROW_FOLDER, i, tree->depth + 1, label_of(tree));
	if (folder->is_folded)
		return end;
	if (tree->depth < DEPTH_MOST) {
		tree->ends[tree->depth] = end;
		tree->labels[tree->depth++] = strlen(folder->path);
	}
	return folder->first;
}

static void add_files(struct shipment *it)
{
	struct tree tree = {.depth = 0};
	size_t folder = 0;
	size_t file = 0;

	while (file < it->file_count) {
		leave_folders(&tree, file);
		while (folder < it->folder_count &&
		       it->folders[folder].first < file)
			folder++; /* within one that is folded */
		if (folder < it->folder_count &&
		    it->folders[folder].first == file) {
			if (!is_passed_over(it, folder))
				file = add_folder_row(it, &tree, folder);
			folder++;
			continue;
		}
		add_row(it, ROW_FILE, file, tree.depth + 1, label_of(&tree));
		file++;
	}
}

void shipment_lay_out(struct shipment *it)
{
	it->row_count = 0;
	add_items(it, SECTION_COMMITS, ROW_COMMIT, it->commit_count);
	add_row(it, ROW_SECTION, SECTION_FILES, 0, 0);
	if (!it->folded[SECTION_FILES])
		add_files(it);
	add_items(it, SECTION_TESTS, ROW_TEST, it->comparison.test_count);
	add_items(it, SECTION_FINDINGS, ROW_FINDING,
		  it->comparison.fresh_count);
}

bool shipment_fold(struct shipment *it, size_t row)
{
	const struct ship_row *at = &it->rows[row];

	if (row >= it->row_count)
		return false;
	if (at->kind == ROW_SECTION)
		it->folded[at->item] = !it->folded[at->item];
	else if (at->kind == ROW_FOLDER)
		it->folders[at->item].is_folded =
			!it->folders[at->item].is_folded;
	else
		return false;
	shipment_lay_out(it);
	return true;
}

static enum ship_section section_of(const struct ship_row *row)
{
	static const enum ship_section sections[] = {
		[ROW_COMMIT] = SECTION_COMMITS,	  [ROW_FOLDER] = SECTION_FILES,
		[ROW_FILE] = SECTION_FILES,	  [ROW_TEST] = SECTION_TESTS,
		[ROW_FINDING] = SECTION_FINDINGS,
	};

	return row->kind == ROW_SECTION ? (enum ship_section)row->item
					: sections[row->kind];
}

/* Where in its list a row stands: a folder is before its first file. */
static size_t place_of(const struct shipment *it, const struct ship_row *row)
{
	if (row->kind == ROW_SECTION)
		return 0;
	if (row->kind == ROW_FOLDER)
		return it->folders[row->item].first;
	return row->item;
}

size_t shipment_row(const struct shipment *it, struct ship_row wanted)
{
	enum ship_section section = section_of(&wanted);
	size_t best = 0;

	for (size_t i = 0; i < it->row_count; i++) {
		const struct ship_row *row = &it->rows[i];

		if (row->kind == wanted.kind && row->item == wanted.item)
			return i;
		if (section_of(row) == section &&
		    place_of(it, row) <= place_of(it, &wanted))
			best = i;
	}
	return best;
}
