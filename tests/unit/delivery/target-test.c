/* SPDX-License-Identifier: MIT */
/* Targets that are asked whether they run: what was asked before a start
 * tells nothing of what came after it. */
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/target/target.h"
#include "net/http.h"

#define PATIENCE_US (20 * 1000000)

static void started(int64_t ms, const struct error *err, void *data)
{
	(void)ms;
	assert_null(err);
	*(bool *)data = true;
}

static void looked(const struct target_status *status, const struct error *err,
		   void *data)
{
	assert_null(err);
	assert_false(status->alive);
	*(bool *)data = true;
}

static void turn_until_told(struct loop *loop, const bool *told)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!*told) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(loop, 100);
	}
}

/* In the folder where it is started, `alive` waits for a word. */
static void an_answer_from_before_the_start_is_too_old(void **state)
{
	char folder[] = "/tmp/signalbox-target-XXXXXX";
	char *asked = path_join(mkdtemp(folder), "asked");
	char *word = path_join(folder, "word");
	struct environment_config config = {
		.target = {
			.kind = TARGET_EXEC,
			.instances = 1,
			.host = (char *)"127.0.0.1",
			.exec = {
				.start = (char *)"true",
				.alive = xasprintf("touch %s; until test -e "
						   "%s; do sleep 0.01; done; "
						   "exit 1",
						   asked, word),
				.timeout_ms = 20000,
			}}};
	const struct target_release release = {
		.version = "v1", .commit = "", .digest = "", .folder = folder};
	struct loop *loop = loop_new();
	struct target target = {.ops = &target_exec,
				.loop = loop,
				.environment = "production",
				.folder = folder,
				.config = &config};
	bool is_started = false, is_told = false;

	(void)state;
	target.ops->look(&target, looked, &is_told);
	while (!file_exists(asked))
		loop_turn(loop, 10);
	target.ops->start(&target, &release, started, &is_started);
	turn_until_told(loop, &is_started);
	assert_true(target.ops->is_alive(&target));
	assert_int_equal(file_replace(word, "", 0, 0600, NULL), 0);
	turn_until_told(loop, &is_told);
	assert_true(target.ops->is_alive(&target));
	loop_free(loop);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(config.target.exec.alive);
	free(asked);
	free(word);
}

static int listening(int backlog, int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* Who serves there without us. */
static pid_t served(int fd)
{
	static const char answer[] = "HTTP/1.0 503 busy\r\n\r\n";
	pid_t pid = fork();
	char asked[4096];
	int call;

	if (pid)
		return pid;
	alarm(20); /* whatever becomes of the test */
	while ((call = accept(fd, NULL, NULL)) >= 0) {
		(void)!read(call, asked, sizeof(asked));
		(void)!write(call, answer, sizeof(answer) - 1);
		close(call);
	}
	_exit(0);
}

static void has_looked(const struct target_status *status,
		       const struct error *err, void *data)
{
	(void)err;
	assert_non_null(status);
	*(bool *)data = true;
}

static void look_at(const struct target *target)
{
	bool told = false;

	target->ops->look(target, has_looked, &told);
	turn_until_told(target->loop, &told);
}

/* Of a name is_alive() says what a look has found: it asks no name server. */
static void what_was_adopted_may_be_told_by_a_name(void **state)
{
	char folder[] = "/tmp/signalbox-target-XXXXXX";
	struct environment_config config = {
		.target = {.kind = TARGET_EXEC,
			   .instances = 1,
			   .host = (char *)"shop.localhost",
			   .health = (char *)"/healthz"}};
	struct target target = {.ops = &target_adopted,
				.loop = loop_new(),
				.environment = "production",
				.folder = mkdtemp(folder),
				.config = &config};
	int fd = listening(8, &config.target.ports[COLOUR_BLUE]);
	pid_t server = served(fd);

	(void)state;
	close(fd);
	look_at(&target);
	assert_true(target.ops->is_alive(&target));
	kill(server, SIGKILL);
	assert_int_equal(waitpid(server, NULL, 0), server);
	look_at(&target);
	assert_false(target.ops->is_alive(&target));
	loop_free(target.loop);
	assert_int_equal(folder_remove(folder, NULL), 0);
}

/* The queue of who listens there is full. */
static void what_does_not_answer_at_once_is_not_waited_for(void **state)
{
	char folder[] = "/tmp/signalbox-target-XXXXXX";
	struct environment_config config = {
		.target = {.instances = 1, .host = (char *)"127.0.0.1"}};
	struct target target = {.ops = &target_adopted,
				.folder = mkdtemp(folder),
				.config = &config};
	int fd = listening(0, &config.target.ports[COLOUR_BLUE]);
	int64_t began_us;

	(void)state;
	(void)target.ops->is_alive(&target);
	(void)target.ops->is_alive(&target);
	began_us = clock_monotonic_us();
	for (int i = 0; i < 40; i++)
		(void)target.ops->is_alive(&target);
	assert_true(clock_monotonic_us() - began_us < 1000 * 1000);
	close(fd);
	assert_int_equal(folder_remove(folder, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_from_before_the_start_is_too_old),
		cmocka_unit_test(what_was_adopted_may_be_told_by_a_name),
		cmocka_unit_test(
			what_does_not_answer_at_once_is_not_waited_for),
	};

	assert_int_equal(net_init(NULL), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
