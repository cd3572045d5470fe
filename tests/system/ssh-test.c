/* SPDX-License-Identifier: MIT */
/* A colour on another host: examples/ssh over a real sshd, which this test
 * starts on a free port. Needs root; else it is skipped, and it says why. */
#include "system/support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define SSHD "/usr/sbin/sshd"
#define RUN_FOLDER "/run/sshd" /* it wants one, and nothing in it */

#define PIPELINE                                                     \
	"name: shop\nenvironments:\n  production:\n"                 \
	"    target:\n      exec:\n"                                 \
	"        start: \"./colour start web1 env HOME=%s @SERVER@ " \
	"serve\"\n"                                                  \
	"        stop: ./colour stop web1\n"                         \
	"        alive: ./colour alive web1\n"                       \
	"        ports: [@BLUE@, @GREEN@]\n"                         \
	"        health: /healthz\n"                                 \
	"        env: {SSH_CONFIG: %s/ssh_config}\n"                 \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"   \
	"stages:\n"                                                  \
	"  build: {run: \"true\", artifacts: [bug, colour]}\n"       \
	"  production: {deploy: {environment: production}}\n"

static const char *absent(void)
{
	if (geteuid() != 0)
		return "sshd is started by root alone";
	if (access(SSHD, X_OK) < 0)
		return "there is no " SSHD;
	return NULL;
}

static void write_in(struct site *site, const char *name, const char *text)
{
	char *path = path_join(site->folder, name);

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

static struct process *sshd_start(struct site *site, int port)
{
	char *config = path_join(site->folder, "sshd_config");
	char *line = xasprintf("exec " SSHD " -D -e -f %s 2>&1", config);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	char *text = xasprintf("Port %d\nListenAddress 127.0.0.1\n"
			       "HostKey %s/host\nPidFile none\n"
			       "AuthorizedKeysFile %s/key.pub\nUsePAM no\n"
			       "StrictModes no\nPermitRootLogin yes\n"
			       "PasswordAuthentication no\n",
			       port, site->folder, site->folder);
	struct process *sshd;

	write_in(site, "sshd_config", text);
	free(text);
	site_shell(site, site->folder,
		   "ssh-keygen -q -t ed25519 -N '' -f host && "
		   "ssh-keygen -q -t ed25519 -N '' -f key");
	text = xasprintf("Host web1\nHostName 127.0.0.1\nPort %d\nUser root\n"
			 "IdentityFile %s/key\nIdentitiesOnly yes\n"
			 "UserKnownHostsFile %s/known\n"
			 "StrictHostKeyChecking accept-new\n"
			 "ControlMaster auto\nControlPath %s/%%C\n"
			 "ControlPersist 5\n",
			 port, site->folder, site->folder, site->folder);
	write_in(site, "ssh_config", text);
	free(text);
	sshd = site_spawn(site, site->folder, argv);
	free(line);
	free(config);
	return sshd;
}

static void released(struct site *site, const char *colour)
{
	char *text = xasprintf(PIPELINE, site->folder, site->folder);

	site_pipeline(site, text);
	free(text);
	site_write(site, "bug", colour);
	site_commit(site, "a release");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_string_equal(site_colour(site), colour);
}

static void copy_example(struct site *site)
{
	char *path =
		path_join(getenv("top_srcdir") ? getenv("top_srcdir") : "..",
			  "examples/ssh/colour");
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 1 << 16, NULL), 0);
	site_write(site, "colour", text.data);
	site_shell(site, site->repository, "chmod +x colour");
	str_release(&text);
	free(path);
}

static void example_releases_over_ssh_and_goes_back(void **state)
{
	struct site *site = *state;
	const char *why = absent();
	struct process *sshd;
	bool made;

	if (why) {
		fprintf(stderr, "skipped: %s\n", why);
		skip();
	}
	made = mkdir(RUN_FOLDER, 0755) == 0;
	sshd = sshd_start(site, web_free_port());
	process_await_text(sshd, "Server listening");
	copy_example(site);
	released(site, "blue");
	site_load_start(site);
	released(site, "green");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	site_shell(site, site->repository,
		   "! SIGNALBOX_ENVIRONMENT=production COLOUR=blue "
		   "SIGNALBOX_INSTANCE=1 SSH_CONFIG=$HOME/ssh_config "
		   "./colour alive web1");
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	site_shell(site, site->repository,
		   "ssh -F $HOME/ssh_config web1 'chmod -R u+w .signalbox/"
		   "production-*; rm -rf .signalbox/production-*; "
		   "rmdir .signalbox' && "
		   "ssh -F $HOME/ssh_config -O exit web1 2>&1");
	if (made)
		rmdir(RUN_FOLDER);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(example_releases_over_ssh_and_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
