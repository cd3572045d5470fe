/* SPDX-License-Identifier: MIT */
/* `init`: looks at the repository and writes its first signalbox.yaml. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "pipeline/template.h"

/* Most telling first: a project with both is built by the upper one. */
static const struct {
	const char *file;
	enum build_system build;
} signs[] = {
	{"configure.ac", BUILD_AUTOTOOLS},
	{"CMakeLists.txt", BUILD_CMAKE},
	{"meson.build", BUILD_MESON},
	{"Cargo.toml", BUILD_CARGO},
	{"go.mod", BUILD_GO},
	{"package.json", BUILD_NPM},
	{"pyproject.toml", BUILD_PYTHON},
	{"setup.py", BUILD_PYTHON},
	{"Makefile", BUILD_MAKE},
	{"GNUmakefile", BUILD_MAKE},
};

static bool has(const char *tree, const char *name)
{
	char *path = path_join(tree, name);
	bool found = file_exists(path);

	free(path);
	return found;
}

static enum build_system build_of(const char *tree)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (has(tree, signs[i].file))
			return signs[i].build;
	return BUILD_UNKNOWN;
}

static bool mentions(const char *tree, const char *name, const char *word)
{
	struct str text = STR_INIT;
	char *path = path_join(tree, name);
	bool found;

	/* So that the first line begins behind a line's end too. */
	str_add(&text, "\n");
	found = file_read(path, &text, 1 << 20, NULL) == 0 &&
		strstr(text.data, word);
	free(path);
	str_release(&text);
	return found;
}

/* What is called so tells that there are tests, as `npm test` needs. */
static bool has_tests(const char *tree, enum build_system build)
{
	if (build == BUILD_NPM)
		return mentions(tree, "package.json", "\"test\":");
	return has(tree, "tests") || has(tree, "test") ||
	       mentions(tree, "Makefile", "\ncheck:") ||
	       mentions(tree, "GNUmakefile", "\ncheck:");
}

static char *suggest(const struct project *project, const char *tree)
{
	const char *slash = strrchr(tree, '/');
	enum build_system build = build_of(tree);
	struct commit head = COMMIT_INIT;
	char *email = project_email(project);
	struct pipeline_hints hints = {
		.name = slash ? slash + 1 : tree,
		.build = build,
		.has_tests = has_tests(tree, build),
		.has_dockerfile = has(tree, "Dockerfile"),
		.login = project->person,
		.email = email,
	};
	char *text;

	if (repository_commit(project->repository, NULL, &head, NULL) == 0 &&
	    str_equal(head.author_email, email))
		hints.person = head.author_name;
	text = pipeline_template(&hints);
	commit_release(&head);
	free(email);
	return text;
}

static int write_new(const char *path, const char *text, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int result;

	if (fd < 0 && errno == EEXIST)
		return error_set(err, ERROR_REFUSED,
				 "%s is there already; signalbox validate "
				 "checks it",
				 path);
	if (fd < 0)
		return error_set(err, ERROR_IO, "cannot write %s: %s", path,
				 strerror(errno));
	result = file_write_all(fd, text, strlen(text), path, err);
	close(fd);
	return result;
}

static int init(bool to_stdout, struct error *err)
{
	struct project project;
	const char *tree;
	char *path;
	char *text;
	int result = 0;

	if (project_open(&project, err) < 0)
		return -1;
	tree = repository_work_tree(project.repository);
	if (!tree) {
		project_close(&project);
		return error_set(err, ERROR_USAGE,
				 "a bare repository has no place for "
				 "a " PIPELINE_FILE);
	}
	text = suggest(&project, tree);
	path = path_join(tree, PIPELINE_FILE);
	if (to_stdout)
		fputs(text, stdout);
	else
		result = write_new(path, text, err);
	if (!to_stdout && result == 0)
		listing_print("wrote %s; read it, commit it, then: signalbox "
			      "plan, signalbox run\n",
			      path);
	free(path);
	free(text);
	project_close(&project);
	return result;
}

int cli_init(int argc, char **argv)
{
	bool to_stdout = false;
	const struct cli_option options[] = {
		{"--stdout", NULL, &to_stdout, NULL, NULL, "print it instead"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, NULL, 0, 0};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    init(to_stdout, &err) < 0)
		return cli_fail(&err);
	return 0;
}
