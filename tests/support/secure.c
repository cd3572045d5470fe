/* SPDX-License-Identifier: MIT */
#include "support/secure.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "proc/child.h"
#include "support/cmocka.h"

static void make_certificate(const char *folder)
{
	const char *const argv[] = {
		"openssl",	 "req",	     "-x509",
		"-newkey",	 "rsa:2048", "-nodes",
		"-days",	 "2",	     "-subj",
		"/CN=127.0.0.1", "-addext",  "subjectAltName=IP:127.0.0.1",
		"-keyout",	 "key.pem",  "-out",
		"cert.pem",	 NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	options.argv = argv;
	options.folder = folder;
	if (child_capture(&options, &output, 1 << 16, &err) < 0)
		fail_msg("%s", error_text(&err));
	str_release(&output);
}

static bool has_openssl(void)
{
	const char *const argv[] = {"openssl", "version", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	bool has;

	options.argv = argv;
	has = child_capture(&options, &output, 1 << 16, NULL) == 0;
	str_release(&output);
	return has;
}

/* It says "ACCEPT 127.0.0.1:PORT" once it listens. */
static int read_port(FILE *output)
{
	char line[256];
	int port = 0;

	while (!port && fgets(line, sizeof(line), output))
		(void)sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
	return port;
}

void secure_start(struct secure *secure, const char *folder)
{
	const char *const argv[] = {
		"openssl", "s_server", "-accept", "127.0.0.1:0", "-www",
		"-cert",   "cert.pem", "-key",	  "key.pem",	 NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct error err = ERROR_INIT;
	int fds[2];

	if (!has_openssl()) {
		print_message("skipped: there is no openssl\n");
		skip();
	}
	make_certificate(folder);
	assert_int_equal(pipe(fds), 0);
	options.argv = argv;
	options.folder = folder;
	options.output = fds[1];
	secure->pid = child_start(&options, &err);
	close(fds[1]);
	if (secure->pid < 0)
		fail_msg("%s", error_text(&err));
	/* Open to the end: it may say more. */
	secure->output = fdopen(fds[0], "r");
	secure->port = read_port(secure->output);
	if (!secure->port)
		fail_msg("openssl s_server listens nowhere");
}

void secure_stop(struct secure *secure)
{
	if (secure->pid <= 0)
		return;
	kill(secure->pid, SIGKILL);
	waitpid(secure->pid, NULL, 0);
	fclose(secure->output);
	secure->pid = 0;
}
