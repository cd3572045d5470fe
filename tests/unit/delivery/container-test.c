/* SPDX-License-Identifier: MIT */
/* A Docker Engine that answers what it should not. The real one is in
 * tests/system/container-test.c. */
#include "support/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/target/kind.h"

struct engine {
	char folder[64], socket[80];
	int listening;
	pid_t pid;
	struct loop *loop;
	struct environment_config config;
	struct target target;
	bool told, known, alive;
	char why[400];
};

static int set_up(void **state)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(engine->folder, "/tmp/signalbox-engine-XXXXXX");
	assert_non_null(mkdtemp(engine->folder));
	snprintf(engine->socket, sizeof(engine->socket), "%s/socket",
		 engine->folder);
	strcpy(address.sun_path, engine->socket);
	engine->listening = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(engine->listening, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(engine->listening, 8), 0);
	engine->loop = loop_new();
	engine->config.target.kind = TARGET_CONTAINER;
	engine->config.target.instances = 1;
	engine->config.target.container.socket = engine->socket;
	engine->target = (struct target){
		.ops = &target_container,
		.loop = engine->loop,
		.environment = "production",
		.folder = engine->folder,
		.config = &engine->config,
	};
	*state = engine;
	return 0;
}

static int tear_down(void **state)
{
	struct engine *engine = *state;

	loop_free(engine->loop);
	close(engine->listening);
	assert_int_equal(folder_remove(engine->folder, NULL), 0);
	free(engine);
	return 0;
}

/* Answers one question in a child. */
static void answer(struct engine *engine, const char *status, const char *body)
{
	char text[1024], asked[4096];
	int fd;

	engine->pid = fork();
	assert_true(engine->pid >= 0);
	if (engine->pid > 0)
		return;
	fd = accept(engine->listening, NULL, NULL);
	snprintf(text, sizeof(text),
		 "HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
		 "Connection: close\r\n\r\n%s",
		 status, strlen(body), body);
	if (read(fd, asked, sizeof(asked)) <= 0 ||
	    write(fd, text, strlen(text)) < 0)
		_exit(1);
	_exit(0);
}

static void looked(const struct target_status *status, const struct error *err,
		   void *data)
{
	struct engine *engine = data;

	engine->told = true;
	engine->known = status != NULL;
	engine->alive = status && status->alive;
	snprintf(engine->why, sizeof(engine->why), "%s",
		 err ? error_text(err) : "");
}

static void look(struct engine *engine, const char *status, const char *body)
{
	answer(engine, status, body);
	engine->told = false;
	target_container.look(&engine->target, looked, engine);
	while (!engine->told)
		loop_turn(engine->loop, 1000);
	waitpid(engine->pid, NULL, 0);
}

static void engine_tells_what_runs(void **state)
{
	struct engine *engine = *state;

	look(engine, "200 OK", "{\"State\":{\"Running\":true,\"Pid\":7}}");
	assert_true(engine->known && engine->alive);
	look(engine, "200 OK", "{\"State\":{\"Running\":false}}");
	assert_true(engine->known && !engine->alive);
	look(engine, "404 Not Found", "{\"message\":\"No such container\"}");
	assert_true(engine->known && !engine->alive);
}

/* What cannot be read says of no colour that it is dead. */
static void answer_that_is_none_tells_nothing(void **state)
{
	static const struct {
		const char *status, *body;
	} answers[] = {
		{"200 OK", ""},
		{"200 OK", "<html>it works</html>"},
		{"200 OK", "{}"},
		{"200 OK", "[]"},
		{"200 OK", "{\"State\":\"running\"}"},
		{"200 OK", "{\"State\":{\"Running\":\"true\"}}"},
		{"200 OK", "{\"State\":{\"Running\":true"},
		{"204 No Content", ""},
		{"301 Moved", "{\"State\":{\"Running\":false}}"},
		{"500 Oh", "{\"State\":{\"Running\":false}}"},
		{"404 Not Found", "<html>not here</html>"},
	};
	struct engine *engine = *state;

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		look(engine, answers[i].status, answers[i].body);
		if (engine->known)
			fail_msg("%s %s says that it is %s", answers[i].status,
				 answers[i].body,
				 engine->alive ? "alive" : "dead");
		assert_non_null(strstr(engine->why, "Docker Engine"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(engine_tells_what_runs),
		TEST(answer_that_is_none_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
