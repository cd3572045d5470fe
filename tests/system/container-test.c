/* SPDX-License-Identifier: MIT */
/* Releases as containers of a real Docker Engine, which this test starts and
 * takes away again. Needs root, dockerd and a C compiler with a static libc;
 * without one of them its tests are skipped, and it says why. */
#include "system/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

static struct {
	char folder[64]; /* all of the engine */
	char *absent;	 /* why there is none; NULL: there is one */
	char *source;	 /* of the tests */
	pid_t guard;
	int fd; /* the guard ends the engine when it is closed */
} engine;

#define PIPELINE                                                             \
	"name: shop\nenvironments:\n  production:\n"                         \
	"    target: {container: {%s, socket: %s/docker.sock, "              \
	"ports: [@BLUE@, @GREEN@], health: /healthz, memory: 64MiB, "        \
	"start-timeout: 60s}}\n"                                             \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"           \
	"stages:\n"                                                          \
	"  build: {run: \"sh %s/tests/support/image.sh %s/server image.tar " \
	"$SIGNALBOX_COMMIT %s\", artifacts: [image.tar]}\n"                  \
	"  production: {deploy: {environment: production}}\n"

static void absent(const char *why)
{
	engine.absent = xstrdup(why);
	fprintf(stderr, "skipped: %s\n", why);
}

static int shell(const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;
	int status;

	va_start(args, format);
	str_vaddf(&text, format, args);
	va_end(args);
	status = system(text.data);
	str_release(&text);
	return status;
}

static void start_guard(void)
{
	char *script = path_join(engine.source, "tests/support/dockerd.sh");
	int ends[2];

	assert_int_equal(file_pipe(ends, NULL), 0);
	engine.guard = fork();
	if (engine.guard == 0) {
		setsid();
		dup2(ends[0], 0);
		execl("/bin/sh", "sh", script, engine.folder, NULL);
		_exit(127);
	}
	close(ends[0]);
	engine.fd = ends[1];
	free(script);
}

static void await_engine(void)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (shell("docker -H unix://%s/docker.sock version >/dev/null 2>&1",
		     engine.folder) != 0) {
		if (clock_monotonic_us() > until ||
		    waitpid(engine.guard, NULL, WNOHANG) == engine.guard)
			fail_msg("no Docker Engine comes up");
		usleep(20000);
	}
}

static int engine_start(void **state)
{
	const char *source = getenv("top_srcdir");

	(void)state;
	engine.source = realpath(source ? source : "..", NULL);
	snprintf(engine.folder, sizeof(engine.folder),
		 "/tmp/signalbox-docker-XXXXXX");
	assert_non_null(mkdtemp(engine.folder));
	if (geteuid() != 0)
		absent("Docker Engine is started by root alone");
	else if (shell("command -v dockerd docker >/dev/null") != 0)
		absent("there is no Docker Engine here");
	else if (shell("cd %s/tests && cc -static -pthread -D_GNU_SOURCE -I. "
		       "-o %s/server support/contained.c system/colour.c -lm",
		       engine.source, engine.folder) != 0)
		absent("cc cannot link a static program");
	if (!engine.absent) {
		start_guard();
		await_engine();
	}
	return 0;
}

static int engine_stop(void **state)
{
	(void)state;
	if (engine.guard) {
		close(engine.fd);
		waitpid(engine.guard, NULL, 0);
	}
	(void)!folder_remove(engine.folder, NULL);
	free(engine.absent);
	free(engine.source);
	return 0;
}

#define NEEDS_ENGINE()             \
	do {                       \
		if (engine.absent) \
			skip();    \
	} while (0)

static void pipeline(struct site *site, const char *image, const char *file)
{
	char *text = xasprintf(PIPELINE, image, engine.folder, engine.source,
			       engine.folder, file);

	site_pipeline(site, text);
	site_shell(site, site->repository, "echo . >>releases");
	site_commit(site, "a release");
	free(text);
}

/* What the engine's own program prints; the caller's. */
static char *docker(const char *words)
{
	char *command =
		xasprintf("ENGINE=%s; DOCKER_HOST=unix://%s/docker.sock; "
			  "export DOCKER_HOST; docker %s",
			  engine.folder, engine.folder, words);
	FILE *pipe = popen(command, "r");
	struct str text = STR_INIT;
	char line[512];

	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe))
		str_add(&text, line);
	assert_int_equal(pclose(pipe), 0);
	free(command);
	if (text.len && text.data[text.len - 1] == '\n')
		str_truncate(&text, text.len - 1);
	return str_detach(&text);
}

static void assert_docker(const char *words, const char *wanted)
{
	char *text = docker(words);

	assert_string_equal(text, wanted);
	free(text);
}

static void taken_down(struct site *site)
{
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_docker("ps -aq", "");
}

static void released(struct site *site, const char *colour)
{
	pipeline(site, "archive: image.tar", "");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_string_equal(site_colour(site), colour);
}

static void container_is_released_from_an_archive_and_taken_back(void **state)
{
	struct site *site = *state;

	NEEDS_ENGINE();
	released(site, "blue");
	assert_docker("ps --format '{{.Label \"signalbox.environment\"}} "
		      "{{.Label \"signalbox.colour\"}} "
		      "{{.Label \"signalbox.instance\"}}'",
		      "production blue 1");
	assert_docker("inspect -f '{{.HostConfig.RestartPolicy.Name}} "
		      "{{.HostConfig.Memory}} {{.HostConfig.NetworkMode}}' "
		      "$(docker ps -q)",
		      "unless-stopped 67108864 host");
	site_load_start(site);
	released(site, "green");
	assert_docker("ps -q | wc -l", "2");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	site_load_stop(site);
	site_assert_nothing_failed(site);
	taken_down(site);
	/* The archive of the release is there still. */
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	taken_down(site);
}

/* Of three releases the last two stay: one is live, one is the way back. */
static void gc_removes_the_images_of_releases_that_are_gone(void **state)
{
	struct site *site = *state;
	char *theirs, *before;

	NEEDS_ENGINE();
	free(docker("image prune -af"));
	assert_int_equal(shell("sh %s/tests/support/image.sh %s/server "
			       "%s/their.tar theirs >/dev/null",
			       engine.source, engine.folder, engine.folder),
			 0);
	free(docker("tag $(docker load -q -i $ENGINE/their.tar | "
		    "sed 's/.*ID: //') theirs:1"));
	theirs = docker("images -q theirs");
	released(site, "blue");
	released(site, "green");
	released(site, "blue");
	assert_docker("images -q | sort -u | wc -l", "4");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says_not(site->out, "image ");
	/* As when ten more had been released since. */
	site_shell(site, site->state,
		   "cd releases && chmod -R u+w . && "
		   "rm -rf $(ls -t | grep -v '\\.' | tail -1)");
	before = docker("images -q | sort -u");
	assert_int_equal(site_call(site, "gc", NULL), 0);
	assert_says(site->out, "image ");
	assert_says(site->out, "of a release that is not live");
	assert_docker("images -q | sort -u", before);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_docker("images -q | sort -u | wc -l", "3");
	assert_docker("images -q theirs", theirs);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	/* The way back still, though nothing runs. */
	taken_down(site);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_docker("images -q | sort -u | wc -l", "3");
	free(before);
	free(theirs);
}

static void container_that_ends_is_condemned_with_its_last_words(void **state)
{
	struct site *site = *state;

	NEEDS_ENGINE();
	released(site, "blue");
	pipeline(site, "archive: image.tar", "refuse");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "green ended 3 times before it was healthy: "
			       "exit status 3");
	assert_says(site->out, "its log ends: \"no database to be seen\"");
	assert_string_equal(site_colour(site), "blue");
	assert_docker("ps -aq | wc -l", "1");
	taken_down(site);
}

static bool is_back(void *data)
{
	return strcmp(site_colour(data), "blue") == 0;
}

static void killed_container_is_started_again_by_the_engine(void **state)
{
	struct site *site = *state;
	char *pid;

	NEEDS_ENGINE();
	released(site, "blue");
	pid = docker("inspect -f '{{.State.Pid}}' "
		     "$(docker ps -q)");
	assert_int_equal(kill((pid_t)atoi(pid), SIGKILL), 0);
	await_gone((pid_t)atoi(pid));
	free(pid);
	await(is_back, site, "the container runs again");
	taken_down(site);
}

static void image_is_named_by_its_digest(void **state)
{
	struct site *site = *state;
	char *id, *image;

	NEEDS_ENGINE();
	assert_int_equal(shell("sh %s/tests/support/image.sh %s/server "
			       "%s/own.tar own >%s/id",
			       engine.source, engine.folder, engine.folder,
			       engine.folder),
			 0);
	free(docker("load -q -i $ENGINE/own.tar"));
	id = docker("inspect -f '{{.Id}}' $(cat $ENGINE/id)");
	image = xasprintf("image: \"%s\"", id);
	pipeline(site, image, "");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	free(image);
	free(id);
	/* Nobody has it. */
	pipeline(site,
		 "image: \"127.0.0.1:1/shop@sha256:"
		 "0123456789abcdef0123456789abcdef"
		 "0123456789abcdef0123456789abcdef\"",
		 "");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "docker pull");
	assert_string_equal(site_colour(site), "blue");
	taken_down(site);
}

/* The first line of a file of the site; the caller's. */
static char *text_of(const struct site *site, const char *name)
{
	char *path = path_join(site->folder, name);
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 4096, NULL), 0);
	str_truncate(&text, strcspn(text.data, "\n"));
	free(path);
	return str_detach(&text);
}

static bool registry_answers(void *data)
{
	const struct site *site = data;
	char body[64];

	return web_get(site->staging_port, "/v2/", body) == 200;
}

static void image_is_pulled_and_that_is_told(void **state)
{
	struct site *site = *state;
	const char *argv[] = {"nginx", "-p",	     "registry",
			      "-c",    "nginx.conf", NULL};
	char *command, *digest, *image, *words;

	NEEDS_ENGINE();
	if (shell("command -v nginx >/dev/null") != 0)
		skip();
	command = xasprintf("sh %s/tests/support/image.sh %s/server %s/a.tar "
			    "pulled >/dev/null && sh "
			    "%s/tests/support/registry.sh %s/a.tar "
			    "%s/registry %d >%s/digest",
			    engine.source, engine.folder, site->folder,
			    engine.source, site->folder, site->folder,
			    site->staging_port, site->folder);
	site_shell(site, site->folder, command);
	site_spawn(site, site->folder, argv);
	await(registry_answers, site, "the registry answers");
	digest = text_of(site, "digest");
	image = xasprintf("image: \"127.0.0.1:%d/shop@%s\"", site->staging_port,
			  digest);
	pipeline(site, image, "");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_says(site->out, "production: blue: pulls 127.0.0.1:");
	assert_says(site->out, "production: blue: pulled 127.0.0.1:");
	assert_string_equal(site_colour(site), "blue");
	/* Which gc would know again. */
	words = xasprintf("inspect -f '{{.RepoTags}}' 127.0.0.1:%d/shop@%s | "
			  "grep -c signalbox-",
			  site->staging_port, digest);
	assert_docker(words, "1");
	free(words);
	taken_down(site);
	free(image);
	free(digest);
	free(command);
}

static void engine_that_is_away_is_named(void **state)
{
	struct site *site = *state;
	char *text;

	NEEDS_ENGINE();
	text = xasprintf(PIPELINE, "archive: image.tar", "/nowhere",
			 engine.source, engine.folder, "");
	site_pipeline(site, text);
	free(text);
	site_commit(site, "a release");
	assert_int_not_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "Docker Engine: /nowhere/docker.sock did not "
			       "answer: ");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(container_is_released_from_an_archive_and_taken_back),
		TEST(gc_removes_the_images_of_releases_that_are_gone),
		TEST(container_that_ends_is_condemned_with_its_last_words),
		TEST(killed_container_is_started_again_by_the_engine),
		TEST(image_is_named_by_its_digest),
		TEST(image_is_pulled_and_that_is_told),
		TEST(engine_that_is_away_is_named),
	};

	return cmocka_run_group_tests(tests, engine_start, engine_stop);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
