/* SPDX-License-Identifier: MIT */
/* Themes as files: signalbox-themes(5). */
#include "ui/theme.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/document.h"

static void read_tint(struct reader *reader, const struct node *value,
		      void *into)
{
	struct tint tint;
	char *mend;

	if (!expect_kind(reader, value, NODE_TEXT, "a colour"))
		return;
	if (tint_parse(value->text, &tint)) {
		*(struct tint *)into = tint;
		return;
	}
	if (!*value->text && value->plain) {
		complain_about(reader, value,
			       "'%s' has no colour; what follows # is a "
			       "comment to YAML: write \"#rrggbb\" in quotes",
			       value->key);
		return;
	}
	mend = suggest(reader, value->text, tint_names, 17);
	complain_about(reader, value,
		       "'%.40s' is no colour; there are \"#rrggbb\", 0 to 255 "
		       "and names as 'red'%s",
		       value->text, mend);
	free(mend);
}

/* A colour of one's own is not to be shown as that of the base. */
static void read_text_tint(struct reader *reader, const struct node *value,
			   void *into)
{
	struct theme_role *role = into;

	role->has_basic = false;
	read_tint(reader, value, &role->look.text);
}

static void read_basic(struct reader *reader, const struct node *value,
		       void *into)
{
	struct theme_role *role = into;
	size_t before = reader->problems->count;

	read_tint(reader, value, &role->basic);
	role->has_basic = true;
	if (before == reader->problems->count &&
	    (role->basic.kind == TINT_RGB ||
	     (role->basic.kind == TINT_INDEX && role->basic.index > 15)))
		complain_about(reader, value,
			       "'basic' is for terminals of 16 colours; "
			       "'%.40s' is none of them: write a name as "
			       "'red', or 'default'",
			       value->text);
}

/* `basic` after `color`, which takes back that of the base. */
static const struct key role_keys[] = {
	{"color", read_text_tint, 0, false},
	{"background", read_tint, offsetof(struct theme_role, look.ground),
	 false},
	{"basic", read_basic, 0, false},
	{"bold", read_truth, offsetof(struct theme_role, look.bold), false},
	{"dim", read_truth, offsetof(struct theme_role, look.dim), false},
	{"reverse", read_truth, offsetof(struct theme_role, look.reverse),
	 false},
	{"underline", read_truth, offsetof(struct theme_role, look.underline),
	 false},
};
static const struct schema role_schema = SCHEMA("a role", role_keys);

static void read_role(struct reader *reader, const struct node *value,
		      void *into)
{
	if (value->kind == NODE_TEXT)
		read_text_tint(reader, value, into);
	else
		read_map(reader, value, &role_schema, into);
}

static const struct key roles_keys[] = {
#define X(id, name) \
	{name, read_role, sizeof(struct theme_role) * ROLE_##id, false},
	ROLES(X)
#undef X
};
static const struct schema roles_schema = SCHEMA("'roles'", roles_keys);

static void read_roles(struct reader *reader, const struct node *value,
		       void *into)
{
	struct theme *theme = into;

	read_map(reader, value, &roles_schema, theme->roles);
}

static const struct shipped_theme *find_shipped(const char *name)
{
	for (const struct shipped_theme *it = shipped_themes; it->name; it++)
		if (strcmp(it->name, name) == 0)
			return it;
	return NULL;
}

static void load_shipped(struct theme *theme, const struct shipped_theme *it)
{
	struct problems problems = PROBLEMS_INIT;

	if (theme_parse(theme, it->text, strlen(it->text), it->name,
			&problems) < 0)
		BUG("the shipped theme %s: %s", it->name,
		    problems.items[0].text);
	problems_release(&problems);
}

/* Only a shipped one: so there is no circle of them. */
static void read_base(struct reader *reader, const struct node *value,
		      void *into)
{
	struct theme *theme = into;
	struct theme base = THEME_INIT;
	const char *names[32];
	size_t count = 0;
	int word;

	for (; shipped_themes[count].name; count++)
		names[count] = shipped_themes[count].name;
	word = read_word(reader, value, names, count, NULL);
	if (word < 0)
		return;
	load_shipped(&base, &shipped_themes[word]);
	memcpy(theme->roles, base.roles, sizeof(theme->roles));
	theme->background = base.background;
	theme_release(&base);
}

static void read_background(struct reader *reader, const struct node *value,
			    void *into)
{
	static const char *const words[] = {"any", "dark", "light"};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		*(enum background *)into = (enum background)word;
}

/* `base` before what it is the base of. */
static const struct key theme_keys[] = {
	{"about", read_line, offsetof(struct theme, about), false},
	{"base", read_base, 0, false},
	{"background", read_background, offsetof(struct theme, background),
	 false},
	{"roles", read_roles, 0, false},
};
static const struct schema theme_schema = SCHEMA("a theme", theme_keys);

int theme_parse(struct theme *theme, const char *text, size_t len,
		const char *file, struct problems *problems)
{
	return document_parse(text, len, file, &theme_schema, theme, problems);
}

static char *own_folder(void)
{
	char *home = path_home("XDG_CONFIG_HOME", ".config");
	char *folder = path_join(home, "signalbox/themes");

	free(home);
	return folder;
}

char *theme_path(const char *name)
{
	char *folder = own_folder();
	char *path = xasprintf("%s/%s.yaml", folder, name);

	free(folder);
	return path;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void theme_list(struct strings *names)
{
	char *folder = own_folder();
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	for (const struct shipped_theme *it = shipped_themes; it->name; it++)
		strings_add(names, it->name);
	while (directory && (entry = readdir(directory))) {
		size_t len = strlen(entry->d_name);
		char *name;

		if (entry->d_name[0] == '.' ||
		    !ends_with(entry->d_name, ".yaml"))
			continue;
		name = xstrndup(entry->d_name, len - strlen(".yaml"));
		if (!strings_has(names, name))
			strings_add(names, name);
		free(name);
	}
	if (directory)
		closedir(directory);
	free(folder);
	qsort(names->items, names->count, sizeof(*names->items), compare);
}

static int no_theme(const char *name, struct error *err)
{
	struct strings names = STRINGS_INIT;
	const char *near;

	theme_list(&names);
	near = strings_nearest(name, (const char *const *)names.items,
			       names.count);
	error_set(err, ERROR_NOT_FOUND, "no theme '%s'; %s%s%s", name,
		  near ? "did you mean '" : "signalbox theme lists them",
		  near ? near : "", near ? "'?" : "");
	strings_release(&names);
	return -1;
}

/* COLORFGBG is "FG;BG", of the sixteen: 7 and 9 to 15 are light. */
static const char *name_by_terminal(void)
{
	const char *text = getenv("COLORFGBG");
	const char *last = text ? strrchr(text, ';') : NULL;
	char *end;
	long ground;

	if (!last)
		return "terminal";
	ground = strtol(last + 1, &end, 10);
	if (end == last + 1 || *end || ground < 0 || ground > 15)
		return "terminal";
	return ground == 7 || ground > 8 ? "light" : "dark";
}

static int load_named(struct theme *theme, const char *name,
		      struct problems *problems, struct error *err)
{
	const struct shipped_theme *shipped = find_shipped(name);
	char *path = theme_path(name);
	int result = 0;

	if (!file_is_absent(path))
		result = document_read(path, &theme_schema, theme, problems,
				       err);
	else if (shipped)
		load_shipped(theme, shipped);
	else
		result = no_theme(name, err);
	free(path);
	return result;
}

int theme_load(struct theme *theme, const char *name, struct problems *problems,
	       struct error *err)
{
	*theme = (struct theme)THEME_INIT;
	if (!name || strcmp(name, "auto") == 0)
		name = name_by_terminal();
	if (strchr(name, '/') || ends_with(name, ".yaml"))
		return document_read(name, &theme_schema, theme, problems, err);
	return load_named(theme, name, problems, err);
}
