/* SPDX-License-Identifier: MIT */
#include "step/scan-files.h"

#include "exceptions/codeowners.h"
#include "source/repository.h"

int scan_file_read(struct repository *repository, const char *commit,
		   const char *name, const char *key, size_t limit,
		   struct str *text, struct error *err)
{
	struct error why = ERROR_INIT;

	if (repository_read_file(repository, commit, name, limit, text, &why) ==
	    0)
		return 0;
	if (why.code == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND,
			  "there is no %s%s, and '%s' names it: commit it, or "
			  "take it out there",
			  name, commit ? " in the commit" : "", key);
	return error_move(err, &why);
}

/* Not what is too large. */
static bool is_missing(struct repository *repository, const char *commit,
		       const char *name, const char *key, struct error *err)
{
	struct str text = STR_INIT;
	int result =
		scan_file_read(repository, commit, name, key, 1, &text, err);

	str_release(&text);
	return result < 0 && err->code == ERROR_NOT_FOUND;
}

static void look(struct repository *repository, const char *commit,
		 const char *name, const char *key, struct strings *missing)
{
	struct error err = ERROR_INIT;

	if (name && is_missing(repository, commit, name, key, &err))
		strings_add(missing, error_text(&err));
	error_clear(&err);
}

static bool has_codeowners(struct repository *repository, const char *commit)
{
	bool has = false;

	for (size_t i = 0; !has && codeowners_places[i]; i++) {
		struct error err = ERROR_INIT;

		has = !is_missing(repository, commit, codeowners_places[i], "",
				  &err);
		error_clear(&err);
	}
	return has;
}

void scan_files_missing(struct repository *repository, const char *commit,
			const struct scan_config *config,
			struct strings *missing)
{
	for (size_t i = 0; i < config->exceptions.count; i++)
		look(repository, commit, config->exceptions.items[i],
		     "exceptions", missing);
	look(repository, commit, config->baseline, "baseline", missing);
	look(repository, commit, config->licences.approvals, "approvals",
	     missing);
	if (config->by_codeowners && !has_codeowners(repository, commit))
		strings_add(missing, "there is no CODEOWNERS, so nobody may "
				     "review its exceptions");
}
