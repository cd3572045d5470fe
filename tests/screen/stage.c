/* SPDX-License-Identifier: MIT */
#include "screen/stage.h"

#include <fcntl.h>
#include <unistd.h>

static char *driver_path(void)
{
	const char *top = getenv("top_builddir");

	return path_join(top ? top : ".", "tests/screen/driver");
}

static void play(struct terminal *terminal, const char *events)
{
	char *relative = xasprintf("tests/data/screen/%s", events);
	char *path = source_path(relative);
	struct str text = STR_INIT;
	struct error err = ERROR_INIT;

	if (file_read(path, &text, 10 << 20, &err) < 0)
		fail_msg("%s", error_text(&err));
	terminal_tell(terminal, text.data, text.len);
	str_release(&text);
	free(path);
	free(relative);
}

static struct terminal *open_with(struct terminal_options *options,
				  const char *folder, const char *option,
				  const char *events)
{
	char *driver = driver_path();
	const char *argv[] = {driver,
			      "--person=ana",
			      "--run",
			      folder,
			      "--commands",
			      TERMINAL_COMMANDS,
			      option ? option : TERMINAL_EVENTS,
			      option ? TERMINAL_EVENTS : NULL,
			      NULL};
	struct terminal *terminal;

	options->argv = argv;
	terminal = terminal_start(options);
	if (events)
		play(terminal, events);
	free(driver);
	return terminal;
}

struct terminal *stage_open(const char *events, const char *now, int rows,
			    int cols, const char *env, const char *option)
{
	char *clock = xasprintf("SIGNALBOX_NOW=%s", now);
	const char *variables[] = {clock, env, NULL};
	struct terminal_options options = {
		.rows = rows, .cols = cols, .env = variables};
	char *folder = source_path("tests/data/screen/run");
	struct terminal *terminal = open_with(&options, folder, option, events);

	free(folder);
	free(clock);
	return terminal;
}

struct terminal *stage_open_canary(void **state)
{
	return *state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				   "A=", NULL);
}

int stage_close(void **state)
{
	if (*state)
		terminal_free(*state);
	*state = NULL;
	return 0;
}

struct terminal *stage_open_in(const char *folder, const char *events,
			       const char *now, int rows, int cols)
{
	char *clock = xasprintf("SIGNALBOX_NOW=%s", now);
	const char *variables[] = {clock, NULL};
	struct terminal_options options = {
		.rows = rows, .cols = cols, .env = variables};
	struct terminal *terminal = open_with(&options, folder, NULL, events);

	free(clock);
	return terminal;
}

struct terminal *stage_open_with(const char *folder, const char *events,
				 const char *const *env)
{
	struct terminal_options options = {.rows = 24, .cols = 80, .env = env};
	char *option = xasprintf("--copy=%s/copied", folder);
	struct terminal *terminal = open_with(&options, folder, option, events);

	free(option);
	return terminal;
}

char *stage_folder_with_log(const char *text)
{
	const char *base = getenv("TMPDIR");
	char *folder = xasprintf("%s/signalbox-XXXXXX", base ? base : "/tmp");
	char *logs, *path;
	struct error err = ERROR_INIT;

	if (!mkdtemp(folder))
		fail_msg("mkdtemp failed");
	logs = path_join(folder, "logs");
	path = path_join(logs, "unit.log");
	if (folder_make(logs, 0700, &err) < 0 ||
	    file_replace(path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", error_text(&err));
	free(logs);
	free(path);
	return folder;
}

void stage_folder_free(char *folder)
{
	if (folder_remove(folder, NULL) < 0)
		fail_msg("cannot remove %s", folder);
	free(folder);
}

void stage_grow_file(const char *path, long long size, const char *end)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = (ssize_t)strlen(end);

	if (fd < 0 || ftruncate(fd, size) < 0 ||
	    pwrite(fd, end, (size_t)len, size) != len)
		fail_msg("cannot make a large file");
	close(fd);
}

/* Parameters, then one of the final bytes that drawing needs. */
static size_t csi_length(const char *at, size_t len)
{
	static const char *const titles[] = {"22;0;0", "23;0;0", "22;2",
					     "23;2"};
	size_t i = 2;

	while (i < len && (unsigned char)at[i] >= 0x30 &&
	       (unsigned char)at[i] <= 0x3f)
		i++;
	if (i < len && strchr("ABCDGHJKLMPXSTbdfhlmr@", at[i]))
		return i + 1;
	/* The window's title: kept on the way in, given back on that out. */
	for (size_t k = 0; k < ARRAY_SIZE(titles); k++)
		if (i < len && at[i] == 't' && i - 2 == strlen(titles[k]) &&
		    strncmp(at + 2, titles[k], i - 2) == 0)
			return i + 1;
	return 0;
}

/* Of DEC modes: alternate screen, cursor keys, cursor, paste, focus, mouse. */
static bool is_known_mode(const char *at, size_t len)
{
	static const char *const known[] = {"1049", "1",    "12;25", "25",
					    "2004", "1004", "7",     "12",
					    "1h",   "34",   "1006",  "1000"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t size = strlen(known[i]);

		if (len > size + 3 && strncmp(at + 3, known[i], size) == 0 &&
		    (at[3 + size] == 'h' || at[3 + size] == 'l'))
			return true;
	}
	return false;
}

/* The Linux console's: the cursor's look, its palette as it was. */
static size_t console_length(const char *at, size_t len)
{
	if (len >= 5 && at[1] == '[' && at[2] == '?' && strchr("018", at[3]) &&
	    at[4] == 'c')
		return 5;
	return len >= 3 && at[1] == ']' && at[2] == 'R' ? 3 : 0;
}

/* The window's title, and a notice: text without a control character. */
static size_t osc_length(const char *at, size_t len)
{
	size_t i = 4;

	if (len < 5 ||
	    (strncmp(at + 2, "2;", 2) != 0 && strncmp(at + 2, "9;", 2) != 0))
		return 0;
	while (i < len && (unsigned char)at[i] >= 0x20 && at[i] != 0x7f)
		i++;
	return i < len && at[i] == '\007' ? i + 1 : 0;
}

static size_t sequence_length(const char *at, size_t len)
{
	if (console_length(at, len))
		return console_length(at, len);
	if (len >= 3 && at[1] == '[' && at[2] == '?' && !is_known_mode(at, len))
		return 0;
	if (len >= 3 && at[1] == '[')
		return csi_length(at, len);
	if (len >= 2 && at[1] == ']')
		return osc_length(at, len);
	if (len >= 3 && strchr("()", at[1]) && strchr("B0", at[2]))
		return 3;
	if (len >= 2 && strchr("=>78M", at[1]))
		return 2;
	return 0;
}

void stage_check_sequences(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)bytes[i];
		size_t used = 1;

		if (c == 033)
			used = sequence_length(bytes + i, len - i);
		else if (c < 0x20 && !strchr("\r\n\b\t\016\017", c))
			used = 0;
		else if (c == 0xc2 && i + 1 < len &&
			 (unsigned char)bytes[i + 1] < 0xa0)
			used = 0; /* a C1 character */
		if (!used)
			fail_msg("byte %zu begins what no screen needs: %.20s",
				 i, bytes + i + (c == 033));
		i += used;
	}
}
