/* SPDX-License-Identifier: MIT */
/*
 * Every format against every hostile input. The victims are the fixtures of
 * tests/data/reports/FORMAT, so that a new format is attacked once it has
 * one. Each attack ends in a refusal or a right count, within a second, and
 * all of a format within 64 MiB and twelve times the largest input.
 */

#include <ctype.h>
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "support/reports-agree.h"
#include "support/reports.h"

/* A sanitizer takes its time, and uses nothing again that was freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWNESS 20
#define MEMORY_FACTOR 50
#else
#define SLOWNESS 1
#define MEMORY_FACTOR 1
#endif
#define VICTIM_MAX 6000
#define BYTES_MAX 6000 /* of a format's fixtures: more take too long */
#define LEVELS 100000

enum outcome { REFUSED, RED, GREEN };

struct victim {
	const char *format;
	char *name;
	struct str text;
	bool is_document; /* JSON or XML, and no lines of it */
	enum outcome outcome;
	size_t largest; /* of the inputs so far */
	size_t bytes;	/* of the fixtures so far */
};

/* In a child: its end is the test's. */
static void lose(const struct victim *victim, const char *what)
{
	fprintf(stderr, "# %s: %s: %s\n", victim->format,
		victim->name ? victim->name : "", what);
	_exit(1);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum outcome attack(struct victim *victim, const char *text, size_t len,
			   const char *format)
{
	double begun = cpu_seconds();
	struct error err = ERROR_INIT;
	struct report report;
	enum outcome outcome = REFUSED;
	char *copy = xmemdup(text, len + 1);

	if (report_parse(copy, len, "rEport.x", format, &report, &err) == 0) {
		report_agrees(&report);
		outcome = report_is_green(&report) ? GREEN : RED;
		report_release(&report);
	} else if (!strstr(error_text(&err), "rEport.x")) {
		lose(victim, "refused without a word");
	}
	error_clear(&err);
	free(copy);
	if (cpu_seconds() - begun > 1.0 * SLOWNESS)
		lose(victim, "took longer than a second");
	if (len > victim->largest)
		victim->largest = len;
	return outcome;
}

static enum outcome attack_str(struct victim *victim, const struct str *text,
			       const char *format)
{
	return attack(victim, text->data, text->len, format);
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words;
}

/* Some have no end that could be missed, or another one before it. */
static bool may_be_cut(const struct victim *victim)
{
	static const char *const formats[] = {"subunit", "lcov", "puppet",
					      "licensecheck", NULL};
	static const char *const files[] = {"two-documents.tap",
					    "two-plans-last.tap",
					    "all-pass.txt", NULL};

	return is_one_of(victim->format, formats) ||
	       is_one_of(victim->name, files);
}

static void cut_anywhere(struct victim *victim)
{
	size_t whole = victim->text.len;

	while (whole && isspace((unsigned char)victim->text.data[whole - 1]))
		whole--;
	for (size_t len = 0; len < whole; len++) {
		char *cut = xstrndup(victim->text.data, len);
		enum outcome outcome = attack(victim, cut, len, NULL);

		if (victim->is_document && outcome != REFUSED)
			lose(victim, "was read though it was cut");
		if (outcome == GREEN && victim->outcome == GREEN &&
		    !may_be_cut(victim))
			lose(victim, "is green though it was cut");
		free(cut);
	}
}

/* part in front of text[at]. */
static void insert(struct str *out, const struct str *text, size_t at,
		   const char *part, size_t len)
{
	str_clear(out);
	str_add_bytes(out, text->data, at);
	str_add_bytes(out, part, len);
	str_add_bytes(out, text->data + at, text->len - at);
}

static void bytes_that_are_no_text(struct victim *victim)
{
	struct str text = STR_INIT;
	bool latin1 = strstr(victim->text.data, "8859") != NULL;

	for (size_t at = 0; at < victim->text.len; at += 1 + at / 8) {
		insert(&text, &victim->text, at, "\0", 1);
		if (attack_str(victim, &text, NULL) != REFUSED)
			lose(victim, "was read with a NUL");
		insert(&text, &victim->text, at, "\xff", 1);
		if (attack_str(victim, &text, NULL) != REFUSED && !latin1)
			lose(victim, "was read though it is no UTF-8");
	}
	str_release(&text);
}

static void other_widths(struct victim *victim)
{
	static const char *const marks[] = {"\xff\xfe", "\xfe\xff", ""};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		struct str text = STR_INIT;

		str_add(&text, marks[i]);
		for (size_t at = 0; at < victim->text.len; at++) {
			const char *c = victim->text.data + at;

			str_add_bytes(&text, i == 1 ? "\0" : c, 1);
			str_add_bytes(&text, i == 1 ? c : "\0", 1);
		}
		if (attack_str(victim, &text, NULL) != REFUSED)
			lose(victim, "was read as UTF-16");
		str_release(&text);
	}
}

static void a_key_twice(struct victim *victim)
{
	const char *brace = strchr(victim->text.data, '{');
	struct str text = STR_INIT;

	if (!victim->is_document || *victim->text.data == '<' || !brace)
		return;
	insert(&text, &victim->text, (size_t)(brace - victim->text.data) + 1,
	       "\"zz\":1,\"zz\":1,", 14);
	if (brace[1 + strspn(brace + 1, " \n\t")] != '}' &&
	    attack_str(victim, &text, NULL) != REFUSED)
		lose(victim, "was read with a key twice");
	str_release(&text);
}

static void a_document_type_that_grows(struct victim *victim)
{
	static const char bomb[] =
		"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b "
		"'&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>"
		"<!ENTITY d SYSTEM 'file:///etc/hostname'>]>";
	const char *at = victim->text.data;
	struct str text = STR_INIT;

	if (*at != '<' || strstr(at, "<!DOCTYPE"))
		return;
	while (at[1] == '?' || at[1] == '!')
		at = strchr(at + 1, '<');
	insert(&text, &victim->text, (size_t)(at - victim->text.data), bomb,
	       sizeof(bomb) - 1);
	if (attack_str(victim, &text, NULL) != REFUSED)
		lose(victim, "was read with entities of its own");
	str_release(&text);
}

/* Guessed and by its name. Where the part that was changed is a value, what
 * was red is no greener for it. */
static void attack_changed(struct victim *victim, const struct str *text,
			   bool is_value)
{
	const char *const formats[] = {NULL, victim->format};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (attack_str(victim, text, formats[i]) == GREEN && is_value &&
		    victim->outcome == RED)
			lose(victim, "became green");
}

/* Whether a string of JSON that goes on at text is no key. */
static bool is_in_value(const char *text)
{
	const char *quote = strchr(text, '"');

	return quote && quote[1 + strspn(quote + 1, " \n")] != ':';
}

static void numbers_past_all_bounds(struct victim *victim)
{
	static const char *const numbers[] = {"1000000000000000000000000000000",
					      "1e400", "-9223372036854775809"};
	struct str text = STR_INIT;

	for (size_t at = 1; at < victim->text.len; at++) {
		const char *c = victim->text.data + at;
		size_t len = strspn(c, "0123456789");

		if (!len || isalnum((unsigned char)c[-1]))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
			str_clear(&text);
			str_add_bytes(&text, victim->text.data, at);
			str_add(&text, numbers[i]);
			str_add(&text, c + len);
			attack_changed(victim, &text, victim->is_document);
		}
		at += len;
	}
	str_release(&text);
}

static void strings_that_steer_terminals(struct victim *victim)
{
	bool json = strchr("{[", *victim->text.data);
	const char *part = json ? "\\u001b]52;c;aGk=\\u0007\\u202e"
			   : *victim->text.data == '<'
				   ? "&#x9b;&#x202e;"
				   : "\033]52;c;aGk=\007\xe2\x80\xae";
	struct str text = STR_INIT;

	for (size_t at = 1; at < victim->text.len; at++) {
		if (!strchr("\" >", victim->text.data[at - 1]))
			continue;
		insert(&text, &victim->text, at, part, strlen(part));
		attack_changed(victim, &text,
			       json && is_in_value(victim->text.data + at));
	}
	str_release(&text);
}

static void text_before_the_report(struct victim *victim)
{
	static const char *const parts[] = {
		"2026-11-02T09:14:03Z INFO Need to update the database\n",
		"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
	};
	struct str text = STR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		insert(&text, &victim->text, 0, parts[i], strlen(parts[i]));
		if (victim->is_document &&
		    attack_str(victim, &text, NULL) != REFUSED)
			lose(victim, "was read behind other text");
		attack_str(victim, &text, victim->format);
	}
	if (attack(victim, parts[1], strlen(parts[1]), victim->format) !=
	    REFUSED)
		lose(victim, "takes a web page");
	str_release(&text);
}

static void add_times(struct str *text, const char *part, int times)
{
	for (int i = 0; i < times; i++)
		str_add(text, part);
}

static const struct nest {
	const char *begin, *open, *close;
	int levels;
} nests[] = {
	{"", "[", "]", LEVELS},
	{"", "{\"a\":", "}", LEVELS},
	{"", "<testsuite>", "</testsuite>", LEVELS},
	{"<results><cppcheck/>", "<error>", "</error>", LEVELS},
	{"<coverage line-rate='1'>", "<class filename='a'>", "</class>",
	 LEVELS},
	{"<Site><Testing>", "<Test Status='passed'>", "</Test>", LEVELS},
	{"1..1\n", "    ", "ok 1\n", LEVELS},
	{"a: ", "[", "]", LEVELS},
	{"", "a:\n ", "", LEVELS},
	{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":",
	 "[{\"name\":\"a\",\"components\":", "}]", 1000},
	{"{\"ok\":true,\"vulnerabilities\":[],\"packageManager\":\"a\","
	 "\"applications\":",
	 "[{\"ok\":true,\"vulnerabilities\":[],\"applications\":", "}]", 1000},
};

static void levels_without_end(struct victim *victim)
{
	for (size_t i = 0; i < ARRAY_SIZE(nests); i++) {
		struct str text = STR_INIT;

		str_add(&text, nests[i].begin);
		add_times(&text, nests[i].open, nests[i].levels);
		if (attack_str(victim, &text, victim->format) == GREEN)
			lose(victim, "is green without its end");
		str_add(&text, "[]");
		add_times(&text, nests[i].close, nests[i].levels);
		attack_str(victim, &text, victim->format);
		if (strcmp(victim->format, "tap") == 0)
			attack_str(victim, &text, NULL);
		str_release(&text);
	}
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* That lacks its end when it is cut; of lines and of documents one after the
 * other a part may be whole. */
static bool is_document(const struct victim *victim)
{
	static const char *const lines[] = {"tap", "cmocka", "gotest", NULL};

	return !is_one_of(victim->format, lines) &&
	       strchr("{[<", *victim->text.data) &&
	       !strstr(victim->text.data, "auditSummary") &&
	       !strstr(victim->text.data, "</testsuites>\n<testsuites>");
}

/* False when it is none: a fixture that is to be refused, or too long. */
static bool is_victim(struct victim *victim, const char *path)
{
	struct report report;

	str_clear(&victim->text);
	if (file_read(path, &victim->text, 1 << 20, NULL) < 0 ||
	    victim->text.len > VICTIM_MAX ||
	    starts_with(victim->text.data, "\xef\xbb\xbf") ||
	    report_parse(victim->text.data, victim->text.len, "r",
			 victim->format, &report, NULL) < 0)
		return false;
	victim->outcome = report_is_green(&report) ? GREEN : RED;
	report_release(&report);
	victim->is_document = is_document(victim);
	return true;
}

static void attack_victim(struct victim *victim)
{
	victim->bytes += victim->text.len;
	cut_anywhere(victim);
	bytes_that_are_no_text(victim);
	other_widths(victim);
	a_key_twice(victim);
	a_document_type_that_grows(victim);
	numbers_past_all_bounds(victim);
	strings_that_steer_terminals(victim);
	text_before_the_report(victim);
}

static void attack_format(const char *format)
{
	struct victim victim = {.format = format};
	char *folder = report_fixture(format);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	long before = peak_kib();
	long bound;
	int count = 0;

	str_init(&victim.text);
	while (dir && victim.bytes < BYTES_MAX && (entry = readdir(dir))) {
		char *path = path_join(folder, entry->d_name);

		victim.name = entry->d_name;
		if (entry->d_name[0] != '.' && is_victim(&victim, path)) {
			attack_victim(&victim);
			count++;
		}
		free(path);
	}
	victim.name = NULL;
	if (!count)
		lose(&victim, "has no fixture that could be attacked");
	levels_without_end(&victim);
	bound = 65536 + 12 * (long)(victim.largest >> 10);
	if (peak_kib() - before > MEMORY_FACTOR * bound)
		lose(&victim, "took more memory than it may");
	_exit(0);
}

static void await(pid_t *pids, size_t count, bool *good)
{
	for (size_t i = 0; i < count; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		*good &= status == 0;
		if (WIFSIGNALED(status))
			print_message("%s died of signal %d\n",
				      report_formats()[i], WTERMSIG(status));
	}
}

/* A child each: its memory is its own, and a crash is told. */
static void every_format_holds_against_every_attack(void **state)
{
	const char *const *formats = report_formats();
	bool good = true;

	(void)state;
	fflush(stdout);
	for (size_t i = 0; formats[i]; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			attack_format(formats[i]);
		await(&pid, 1, &good);
	}
	assert_true(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_holds_against_every_attack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
