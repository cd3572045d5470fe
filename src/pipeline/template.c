/* SPDX-License-Identifier: MIT */
#include "pipeline/template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"
#include "pipeline/reader.h"

#define PORT 8080	/* when none was found */
#define PORTS_AROUND 12 /* taken beside the one that was found */

/* ci takes nothing but what the lock says, and fails where there is none. */
#define NPM_INSTALL \
	"if test -f package-lock.json; then npm ci; else npm install; fi\n"

/* '@' stands for the project's name. */
struct builder {
	const char *build;
	const char *test;
	const char *artifact;
	const char *start;  /* the program among the artifacts, unpacked */
	const char *report; /* of the tests, or NULL */
};

static const struct builder builders[] = {
	[BUILD_UNKNOWN] =
		{
			.build = "echo 'say in signalbox.yaml how this is "
				 "built'; false",
			.test = "echo 'say in signalbox.yaml how this is "
				"tested'; false",
			.artifact = "@",
			.start = "./@",
		},
	[BUILD_MAKE] =
		{
			.build = "make",
			.test = "make check",
			.artifact = "@",
			.start = "./@",
		},
	[BUILD_AUTOTOOLS] =
		{
			.build = "test -x configure || autoreconf -if\n"
				 "./configure\n"
				 "make",
			.test = "test -x configure || autoreconf -if\n"
				"./configure\n"
				"make check",
			.artifact = "@",
			.start = "./@",
		},
	[BUILD_CMAKE] =
		{
			.build = "cmake -S . -B build\n"
				 "cmake --build build",
			.test = "cmake -S . -B build\n"
				"cmake --build build\n"
				"ctest --test-dir build --output-on-failure "
				"--output-junit tests.xml",
			.artifact = "build/@",
			.start = "./build/@",
			.report = "{junit: build/tests.xml}",
		},
	[BUILD_MESON] =
		{
			.build = "meson setup build\n"
				 "meson compile -C build",
			.test = "meson setup build\n"
				"meson test -C build",
			.artifact = "build/@",
			.start = "./build/@",
			.report = "{junit: build/meson-logs/"
				  "testlog.junit.xml}",
		},
	[BUILD_NPM] =
		{
			.build = NPM_INSTALL "npm run build --if-present\n"
					     "npm pack",
			.test = NPM_INSTALL "npm test",
			.artifact = "*.tgz",
			.start = "node .",
		},
	[BUILD_CARGO] =
		{
			.build = "cargo build --release",
			.test = "cargo test",
			.artifact = "target/release/@",
			.start = "./target/release/@",
		},
	[BUILD_GO] =
		{
			.build = "go build -o bin/ ./...",
			.test = "go test ./...",
			.artifact = "bin/*",
			.start = "./bin/@",
		},
	[BUILD_PYTHON] =
		{
			.build = "python3 -m build --sdist",
			.test = "python3 -m pytest --junit-xml=tests.xml",
			.artifact = "dist/*.tar.gz",
			.start = "python3 -m @",
			.report = "{junit: tests.xml}",
		},
};

/* One line that YAML and a terminal can show as it is. */
static bool is_clean(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	for (size_t i = 0; i < len;) {
		int32_t c;

		i += utf8_decode(text + i, len - i, &c);
		if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
		    c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff)
			return false;
	}
	return len > strspn(text ? text : "", " ");
}

/* The words of a text as a name: "My Shop!" is "My-Shop". */
static char *fit_name(const char *text)
{
	struct str name = STR_INIT;

	for (; text && *text && name.len < 60; text++) {
		if (isalnum((unsigned char)*text) ||
		    (name.len && strchr("_-", *text)))
			str_add_char(&name, *text);
		else if (name.len && name.data[name.len - 1] != '-')
			str_add_char(&name, '-');
	}
	while (name.len && !isalnum((unsigned char)name.data[name.len - 1]))
		str_truncate(&name, name.len - 1);
	if (!is_name(name.data)) {
		str_clear(&name);
		str_add(&name, "app");
	}
	return str_detach(&name);
}

static void add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

/* The caller's. */
static char *with_name(const char *text, const char *name)
{
	struct str out = STR_INIT;

	for (; *text; text++)
		if (*text == '@')
			str_add(&out, name);
		else
			str_add_char(&out, *text);
	return str_detach(&out);
}

/* The lines of a part, each with a '#' before it when it is off. Prose has
 * one of its own already. */
static void add_part(struct str *out, const char *part, bool on)
{
	while (*part) {
		size_t len = strcspn(part, "\n");

		if (!on && len && strncmp(part, "##", 2) != 0)
			str_add_char(out, '#');
		str_add_bytes(out, part, len);
		str_add_char(out, '\n');
		part += len + (part[len] == '\n');
	}
}

static void add_head(struct str *out, const char *name)
{
	str_add(out,
		"## What signalbox does with a commit of this repository;\n"
		"## every key is in signalbox.yaml(5).\n"
		"## Lines with two # are words to you; those with one are\n"
		"## parts that are switched off: take the # away to switch\n"
		"## them on. `signalbox validate` tells what is wrong,\n"
		"## `signalbox plan` what would happen.\n\n");
	str_addf(out,
		 "name: %s\n\n"
		 "## delivery: every gate waits for people.\n"
		 "## deployment: a gate that names nobody opens by itself.\n"
		 "mode: delivery\n\n",
		 name);
}

static void add_people(struct str *out, const struct pipeline_hints *hints)
{
	bool known = is_clean(hints->login) && is_login(hints->login);
	struct str part = STR_INIT;

	str_add(&part,
		"## Who may vote: Unix users of this machine, and the name\n"
		"## and address that their commits carry.\n"
		"people:\n");
	str_addf(&part, "  %s:\n    name: ", known ? hints->login : "ana");
	add_quoted(&part, known && is_clean(hints->person) ? hints->person
			  : known			   ? hints->login
							   : "Ana");
	if (known && is_clean(hints->email) && strchr(hints->email, '@')) {
		str_add(&part, "\n    email: ");
		add_quoted(&part, hints->email);
	}
	str_add(&part, "\n    groups: [releasers]\n\n");
	add_part(out, part.data, known);
	str_release(&part);
}

/* `port` is where its proxy listens, the colours' ports are beside it. */
static void add_environment(struct str *part, const char *name,
			    const char *command, int port, int direction)
{
	str_addf(part,
		 "  %s:\n"
		 "    target:\n"
		 "      process:\n"
		 "        command: ",
		 name);
	add_quoted(part, command);
	str_addf(part,
		 "\n"
		 "        ports: [%d, %d]\n"
		 "        health: /\n"
		 "    traffic: {haproxy: {listen: \"127.0.0.1:%d\"}}\n",
		 port + direction, port + 2 * direction, port);
}

static void add_environments(struct str *out,
			     const struct pipeline_hints *hints,
			     const char *start, bool on)
{
	struct str part = STR_INIT;
	char *command = on ? xstrdup(hints->command)
			   : xasprintf("%s --port $PORT", start);
	int port = on ? hints->port : PORT;
	int direction = port + PORTS_AROUND <= 65535 ? 1 : -1;

	str_add(&part,
		"## Where releases live. Each has two colours, blue and\n"
		"## green: a new release starts beside the one that serves,\n"
		"## and an HAProxy that signalbox writes and starts moves\n"
		"## the requests. $PORT is the colour's port; health is the\n"
		"## path that answers 2xx or 3xx when the program is up.\n");
	if (hints->has_dockerfile)
		str_add(&part,
			"## (Containers, as by the Dockerfile here, come in "
			"a later\n"
			"## version; for now a release is a process.)\n");
	str_add(&part, "environments:\n");
	add_environment(&part, "staging", command, port + 10 * direction,
			direction);
	add_environment(&part, "production", command, port, direction);
	str_add(&part,
		"## Nothing reaches production without a vote. A team of\n"
		"## more than one takes the last part away, and then no\n"
		"## author votes on their own change.\n"
		"    gate: {required: 1, not: []}\n"
		"## The least time the old release stays warm to go back "
		"to.\n"
		"    keep: 30m\n"
		"## Only commits of these branches are deployed.\n");
	add_part(out, part.data, on);
	add_part(out, "    branches: [main, release/*]\n\n", false);
	free(command);
	str_release(&part);
}

static void add_services(struct str *out)
{
	add_part(out,
		 "## What tests need beside them: started for the first stage\n"
		 "## that says `services: [db]`, with a free port of its own,\n"
		 "## which that stage finds in $SIGNALBOX_SERVICE_DB_PORT.\n"
		 "services:\n"
		 "  db: {run: redis-server --port $PORT, health: {tcp: "
		 "true}}\n\n",
		 false);
}

static void add_run(struct str *part, const char *stage, const char *text)
{
	str_addf(part, "  %s:\n    run: |\n", stage);
	while (*text) {
		size_t len = strcspn(text, "\n");

		str_addf(part, "      %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void add_tests(struct str *out, const struct builder *builder, bool on)
{
	struct str part = STR_INIT;

	add_run(&part, "test", builder->test);
	str_add(&part, "    timeout: 10m\n"
		       "## What the tests write, so that they are counted and "
		       "named:\n"
		       "## tap, junit, cmocka, lcov and others; \"-\" reads "
		       "the output itself.\n");
	add_part(out, part.data, on);
	str_clear(&part);
	str_addf(&part, "    reports: %s\n\n",
		 builder->report ? builder->report : "{tap: \"-\"}");
	add_part(out, part.data, on && builder->report);
	str_release(&part);
}

static void add_build(struct str *out, const struct builder *builder,
		      const char *artifact, bool release)
{
	struct str part = STR_INIT;

	add_run(&part, "build", builder->build);
	str_add(&part,
		"## What is kept by digest, and released: built once. An\n"
		"## archive is unpacked, and the command of an environment's\n"
		"## target runs in the folder where it all stands.\n");
	add_part(out, part.data, true);
	str_clear(&part);
	str_addf(&part, "    artifacts: [\"%s\"]\n\n", artifact);
	add_part(out, part.data, release);
	str_release(&part);
}

static void add_scan(struct str *out)
{
	add_part(out,
		 "## A scanner's report (SARIF, Trivy's, Grype's and others) "
		 "against a\n"
		 "## policy; what stands by exceptions is reviewed in the "
		 "commit. See\n"
		 "## signalbox.yaml(5), also for licences and require.\n"
		 "  scan:\n"
		 "    run: trivy fs --show-suppressed --format json --output "
		 "trivy.json .\n"
		 "    scan: {report: trivy.json, fail-on: high}\n\n",
		 false);
}

static void add_deployments(struct str *out, bool on)
{
	add_part(out,
		 "  staging:\n"
		 "    deploy: {environment: staging, strategy: all-at-once}\n\n"
		 "## What must hold on staging, asked through its proxy.\n"
		 "  acceptance:\n"
		 "    check:\n"
		 "      environment: staging\n"
		 "      requests:\n"
		 "        - {get: /, status: 200}\n\n"
		 "## A share of the requests at a time, taken back when too\n"
		 "## many of them fail.\n"
		 "  production:\n"
		 "    deploy:\n"
		 "      environment: production\n"
		 "      strategy: canary\n"
		 "      steps:\n"
		 "        - check: [{get: /, status: 200}]\n"
		 "        - weight: 5%\n"
		 "        - pause: 2m\n"
		 "        - weight: 25%\n"
		 "        - pause: 5m\n"
		 "        - weight: 100%\n"
		 "      analysis: {every: 5s, error-rate: \"< 1%\", "
		 "min-requests: 100}\n",
		 on);
}

static void add_all(struct str *out, const struct pipeline_hints *hints,
		    const struct builder *builder, const char *name)
{
	bool release = hints->port > 0 && hints->port <= 65535 &&
		       is_clean(hints->command);
	char *start = with_name(builder->start, name);
	char *artifact = with_name(builder->artifact, name);

	add_head(out, name);
	add_people(out, hints);
	add_environments(out, hints, start, release);
	add_services(out);
	str_add(out,
		"## A stage waits for every stage above it, unless `needs`\n"
		"## says for which: `needs: []` starts at once.\n"
		"stages:\n");
	add_build(out, builder, artifact, release);
	add_tests(out, builder, hints->has_tests);
	add_scan(out);
	add_deployments(out, release);
	free(start);
	free(artifact);
}

char *pipeline_template(const struct pipeline_hints *hints)
{
	size_t build = (size_t)hints->build < ARRAY_SIZE(builders)
			       ? (size_t)hints->build
			       : BUILD_UNKNOWN;
	char *name = fit_name(hints->name);
	struct str out = STR_INIT;

	add_all(&out, hints, &builders[build], name);
	free(name);
	return str_detach(&out);
}
