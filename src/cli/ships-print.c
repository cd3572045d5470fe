/* SPDX-License-Identifier: MIT */
#include "cli/ships-print.h"

#include <string.h>

#include "cli/listing.h"

#define COMMITS_SHOWN 20
#define CHANGES_SHOWN 20

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_head(const struct shipment *it)
{
	char since[32];

	listing_print("%s %s %s: %zu commit%s by %zu %s, %zu file%s +%zu -%zu",
		      it->candidate_version, it->was_live ? "in" : "->",
		      it->environment, it->commit_count,
		      plural(it->commit_count), it->authors,
		      it->authors == 1 ? "person" : "people", it->file_count,
		      plural(it->file_count), it->insertions, it->deletions);
	if (!*it->live)
		listing_print(", over nothing");
	else if (it->live_since)
		listing_print(", over %s (run %lld, live since %s)",
			      it->live_version, (long long)it->live_run,
			      listing_time(it->live_since, since));
	else
		listing_print(", over %s (run %lld)", it->live_version,
			      (long long)it->live_run);
	listing_print("\n");
	if (it->lines_partial)
		listing_print("  not all lines were counted\n");
	if (it->migrations)
		listing_print("! migrations: %zu file%s; the way back does "
			      "not undo them\n",
			      it->migrations, plural(it->migrations));
	if (it->lost)
		listing_print("! %zu live commit%s not in it\n", it->lost,
			      it->lost == 1 ? " is" : "s are");
}

static void print_commits(const struct shipment *it)
{
	char when[32];

	for (size_t i = 0; i < it->commit_count && i < COMMITS_SHOWN; i++)
		listing_print("  %.10s  %-16s  %-14s  %s\n", it->commits[i].id,
			      listing_time(it->commits[i].time_ms, when),
			      it->commits[i].author, it->commits[i].subject);
	if (it->commit_count > COMMITS_SHOWN)
		listing_print("  and %zu more\n",
			      it->commit_count - COMMITS_SHOWN);
}

static void print_path(int depth, const char *name, size_t insertions,
		       size_t deletions, const char *note)
{
	int indent = 2 * depth;

	listing_print("%*s%-*s +%zu -%zu%s\n", indent, "", 52 - indent, name,
		      insertions, deletions, note);
}

static void print_files(const struct shipment *it)
{
	for (size_t i = 0; i < it->row_count; i++) {
		const struct ship_row *row = &it->rows[i];

		if (row->kind == ROW_FOLDER) {
			const struct ship_folder *folder =
				&it->folders[row->item];

			print_path(row->depth, folder->path + row->label,
				   folder->insertions, folder->deletions,
				   folder->risky && folder->is_folded
					   ? "  ! has risky paths"
					   : "");
		} else if (row->kind == ROW_FILE) {
			const struct shipped_file *file = &it->files[row->item];

			print_path(row->depth, file->path + row->label,
				   file->insertions, file->deletions,
				   file->risk == RISK_MIGRATION
					   ? "  ! migration"
				   : file->risk ? "  ! risky"
						: "");
		}
	}
}

static void print_tests(const struct comparison *it)
{
	if (it->tests_why) {
		listing_print("tests: not compared: %s\n", it->tests_why);
		return;
	}
	listing_print("tests: %zu added, %zu removed, %zu newly skipped\n",
		      it->counts[TEST_CHANGE_ADDED],
		      it->counts[TEST_CHANGE_REMOVED],
		      it->counts[TEST_CHANGE_SKIPPED]);
	for (size_t i = 0; i < it->not_run.count; i++)
		listing_print("  %s did not run yet\n", it->not_run.items[i]);
	for (size_t i = 0; i < it->test_count && i < CHANGES_SHOWN; i++)
		listing_print("  %-13s  %s\n",
			      test_change_name(it->tests[i].kind),
			      it->tests[i].name);
	if (it->test_count > CHANGES_SHOWN)
		listing_print("  and %zu more\n",
			      it->test_count - CHANGES_SHOWN);
}

static void print_findings(const struct comparison *it)
{
	if (it->findings_why) {
		listing_print("findings: not compared: %s\n", it->findings_why);
		return;
	}
	listing_print("findings: %zu new, %zu gone%s\n", it->fresh_count,
		      it->gone,
		      it->findings_partial ? ", of the worst that each run told"
					   : "");
	for (size_t i = 0; i < it->fresh_count && i < CHANGES_SHOWN; i++)
		listing_print("  %-8s  %s %s%s%s  %s\n", it->fresh[i].severity,
			      it->fresh[i].id, it->fresh[i].package,
			      *it->fresh[i].package ? " " : "",
			      it->fresh[i].path, it->fresh[i].title);
}

void ships_print(const struct shipment *it)
{
	if (!it->commit_count && !it->lost && !it->file_count) {
		listing_print("nothing to ship: %s is live in %s\n",
			      it->candidate_version, it->environment);
		return;
	}
	print_head(it);
	print_commits(it);
	print_files(it);
	print_tests(&it->comparison);
	print_findings(&it->comparison);
}

static json_t *files_json(const struct shipment *it)
{
	json_t *list = json_array();

	for (size_t i = 0; i < it->file_count; i++) {
		const struct shipped_file *file = &it->files[i];
		json_t *object =
			json_pack("{s:s, s:I, s:I}", "path", file->path,
				  "insertions", (json_int_t)file->insertions,
				  "deletions", (json_int_t)file->deletions);

		if (file->risk)
			json_object_set_new(
				object, "risk",
				json_string(file->risk == RISK_MIGRATION
						    ? "migration"
						    : "look"));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *commits_json(const struct shipment *it)
{
	json_t *list = json_array();

	for (size_t i = 0; i < it->commit_count; i++)
		json_array_append_new(list,
				      shipped_commit_json(&it->commits[i]));
	return list;
}

static json_t *tests_json(const struct comparison *it)
{
	json_t *object = json_object();

	if (it->tests_why) {
		json_object_set_new(object, "unknown",
				    json_foreign(it->tests_why));
		return object;
	}
	for (int kind = 0; kind < TEST_CHANGE_COUNT; kind++)
		json_object_set_new(
			object, test_change_name((enum test_change_kind)kind),
			json_array());
	for (size_t i = 0; i < it->test_count; i++)
		json_array_append_new(
			json_object_get(object,
					test_change_name(it->tests[i].kind)),
			json_foreign(it->tests[i].name));
	json_object_set_new(object, "not-run", json_strings(&it->not_run));
	return object;
}

static json_t *finding_json(const struct finding_model *it)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:i}", "id", json_foreign(it->id),
		"severity", json_foreign(it->severity), "title",
		json_foreign(it->title), "package", json_foreign(it->package),
		"path", json_foreign(it->path), "line", it->line);
}

static json_t *findings_json(const struct comparison *it)
{
	json_t *object = json_object();
	json_t *list = json_array();

	if (it->findings_why) {
		json_object_set_new(object, "unknown",
				    json_foreign(it->findings_why));
		json_decref(list);
		return object;
	}
	for (size_t i = 0; i < it->fresh_count; i++)
		json_array_append_new(list, finding_json(&it->fresh[i]));
	json_object_set_new(object, "new", list);
	json_object_set_new(object, "gone", json_integer((json_int_t)it->gone));
	json_object_set_new(object, "partial",
			    json_boolean(it->findings_partial));
	return object;
}

json_t *ships_print_json(const struct shipment *it, const struct ships *ships)
{
	json_t *object = ships_json(ships);

	json_object_set_new(object, "environment",
			    json_string(it->environment));
	json_object_set_new(
		object, "candidate",
		json_pack("{s:s, s:s, s:I}", "version", it->candidate_version,
			  "commit", it->candidate, "run", (json_int_t)it->run));
	if (*it->live)
		json_object_set_new(object, "live",
				    json_pack("{s:s, s:s, s:I}", "version",
					      it->live_version, "commit",
					      it->live, "run",
					      (json_int_t)it->live_run));
	json_object_set_new(object, "list", commits_json(it));
	json_object_set_new(object, "changed", files_json(it));
	json_object_set_new(object, "tests", tests_json(&it->comparison));
	json_object_set_new(object, "findings", findings_json(&it->comparison));
	return object;
}
