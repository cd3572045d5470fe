/* SPDX-License-Identifier: MIT */
/* `doctor`: what this machine and repository lack, each with the mend. */
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "delivery/environment.h"
#include "delivery/target/docker.h"
#include "delivery/traffic/program.h"
#include "net/port.h"
#include "net/server.h"
#include "proc/child.h"
#include "step/scan-files.h"

struct doctor {
	int missing;
};

/* mend: NULL where all is well, "" where found says it. */
static void tell(struct doctor *doctor, const char *what, const char *found,
		 const char *mend)
{
	doctor->missing += mend != NULL;
	listing_print("%s %-14s %s%s%s\n", mend ? "x" : "+", what, found,
		      mend && *mend ? "; " : "", mend ? mend : "");
}

/* Not to be mended at once. */
static void warn(const char *what, const char *found, const char *mend)
{
	listing_print("! %-14s %s; %s\n", what, found, mend);
}

static void check_program(struct doctor *doctor, const char *name,
			  const char *option, const char *mend)
{
	const char *argv[] = {name, option, NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	options.argv = argv;
	if (child_capture(&options, &output, 65536, &err) < 0) {
		tell(doctor, name, error_text(&err), mend);
	} else {
		str_truncate(&output, strcspn(output.data, "\n"));
		tell(doctor, name, output.data, NULL);
	}
	str_release(&output);
	error_clear(&err);
}

static void check_runtime(struct doctor *doctor)
{
	struct error err = ERROR_INIT;
	char *folder = runtime_folder(&err);

	if (folder)
		tell(doctor, "sockets", folder, NULL);
	else
		tell(doctor, "sockets", error_text(&err),
		     "set XDG_RUNTIME_DIR to a folder of your own");
	free(folder);
	error_clear(&err);
}

static void check_disk(struct doctor *doctor, const char *state)
{
	struct statvfs disk;
	char text[160];

	if (statvfs(state, &disk) < 0) {
		tell(doctor, "state", strerror(errno),
		     "make the repository's git folder writable");
		return;
	}
	snprintf(text, sizeof(text), "%s, %.1f GiB free", state,
		 (double)disk.f_bavail * (double)disk.f_frsize / (1 << 30));
	tell(doctor, "state", text,
	     (unsigned long long)disk.f_bavail * disk.f_frsize < (256u << 20)
		     ? "free at least 256 MiB"
		     : NULL);
}

static void check_clock(struct doctor *doctor, const struct commit *head)
{
	char now[CLOCK_TEXT_SIZE];
	bool behind = head->id && head->time_ms > clock_wall_ms() + 60000;

	tell(doctor, "clock", clock_format_utc(clock_wall_ms(), now),
	     behind ? "the newest commit is later than now; set the clock"
		    : NULL);
}

static void check_terminal(struct doctor *doctor)
{
	const char *term = getenv("TERM");
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	char *text = xasprintf("TERM=%s, %s", term ? term : "(unset)",
			       utf8 ? "UTF-8"
				    : "not UTF-8: drawn in ASCII; LANG=C.UTF-8 "
				      "mends that");

	tell(doctor, "terminal", text, NULL);
	free(text);
}

#define STOP_IT                                                            \
	"no run of signalbox is live there: stop what holds it, or write " \
	"another port"

static void check_port(struct doctor *doctor, const char *name, int port,
		       bool live, const char *mend)
{
	bool is_free = port_is_free(port);
	char *text = xasprintf("%s: port %d is %s", name, port,
			       is_free ? "free"
			       : live  ? "in use, as it should"
				       : "in use");

	tell(doctor, "port", text, is_free || live ? NULL : mend);
	free(text);
}

/* One connection of any program would take it away while its server is down:
 * told once for all ports of an environment. */
static void check_ephemeral(const struct environment_config *config)
{
	const struct target_config *target = &config->target;
	int first = 0, last = 0;

	for (int i = 0; i < COLOUR_COUNT * target->instances; i++) {
		int port = target->ports[i % COLOUR_COUNT] + i / COLOUR_COUNT;
		char *text, *mend;

		if (!port_is_ephemeral(port, &first, &last))
			continue;
		text = xasprintf("%s: port %d is one of those that this system "
				 "gives to outgoing connections (%d-%d)",
				 config->name, port, first, last);
		mend = xasprintf("a start may find it taken: write a port "
				 "below %d, or name it in "
				 "net.ipv4.ip_local_reserved_ports",
				 first);
		warn("port", text, mend);
		free(mend);
		free(text);
		return;
	}
}

/* The port where people come in, of an HAProxy of our own. */
static void check_listen(struct doctor *doctor,
			 const struct environment_config *config,
			 const struct environment *environment)
{
	const char *listen = traffic_listen(&config->traffic);
	const char *colon = listen ? strrchr(listen, ':') : NULL;

	if (colon)
		check_port(doctor, config->name, atoi(colon + 1),
			   environment &&
				   environment_state(environment)->has_live,
			   STOP_IT);
}

static void check_engine(struct doctor *doctor,
			 const struct target_config *target)
{
	char *socket, *text;

	if (target->kind != TARGET_CONTAINER)
		return;
	socket = docker_socket(target->container.socket);
	text = xasprintf("Docker Engine at %s", socket);
	tell(doctor, "engine", text,
	     access(socket, R_OK | W_OK) == 0
		     ? NULL
		     : "start it, and let your user use its socket (usermod "
		       "-aG docker USER, which makes USER as good as root)");
	free(text);
	free(socket);
}

/* One that is there reads what we write, and we what it writes. */
static void check_attached_nginx(struct doctor *doctor,
				 const struct nginx_traffic *nginx)
{
	if (!nginx->folder)
		return;
	tell(doctor, "folder", nginx->folder,
	     access(nginx->folder, W_OK | X_OK) == 0
		     ? NULL
		     : "make it, and let your user write and nginx's read it");
	tell(doctor, "log", nginx->log,
	     access(nginx->log, R_OK) == 0 || errno == ENOENT
		     ? NULL
		     : "let your user read nginx's request lines");
}

static void check_target(struct doctor *doctor,
			 const struct environment_config *config,
			 const struct environment *environment)
{
	bool has_live = environment && environment_state(environment)->has_live;
	char *adopt = xasprintf("no run of signalbox is live there: `signalbox "
				"adopt %s` takes it for live if it serves "
				"already; else stop it",
				config->name);
	const char *mend =
		has_live || traffic_listen(&config->traffic) ? STOP_IT : adopt;

	for (int i = 0; i < COLOUR_COUNT * config->target.instances; i++) {
		enum colour colour = (enum colour)(i % COLOUR_COUNT);
		int instance = i / COLOUR_COUNT;

		check_port(doctor, config->name,
			   config->target.ports[colour] + instance,
			   environment &&
				   environment_instances_up(environment,
							    colour) > instance,
			   mend);
	}
	free(adopt);
}

static void check_environment(struct doctor *doctor,
			      const struct project *project,
			      const struct environment_config *config)
{
	const char *state = repository_state_folder(project->repository);
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = state,
		.name = config->name,
		.pipeline = project->pipeline,
		.pipeline_text = project->text.data,
	};
	struct environment *environment = environment_open(&options, NULL);

	/* Of another machine nothing is known here. */
	if (strcmp(config->target.host, "127.0.0.1") == 0) {
		check_target(doctor, config, environment);
		check_ephemeral(config);
	}
	check_listen(doctor, config, environment);
	check_engine(doctor, &config->target);
	if (config->traffic.haproxy.socket)
		tell(doctor, "socket", config->traffic.haproxy.socket,
		     access(config->traffic.haproxy.socket, R_OK | W_OK) == 0 ||
				     strchr(config->traffic.haproxy.socket, ':')
			     ? NULL
			     : "let your user read and write HAProxy's admin "
			       "socket (its `stats socket ... mode 660 group "
			       "GROUP`)");
	check_attached_nginx(doctor, &config->traffic.nginx);
	if (environment)
		environment_close(environment);
	loop_free(loop);
}

/* The programs of the proxies that its environments are served by. */
static void check_proxies(struct doctor *doctor,
			  const struct pipeline *pipeline)
{
	bool has[TRAFFIC_EXEC + 1] = {false};

	for (size_t i = 0; i < pipeline->environment_count; i++)
		has[pipeline->environments[i].traffic.kind] = true;
	if (has[TRAFFIC_HAPROXY])
		check_program(doctor, "haproxy", "-v",
			      "apt install haproxy (2.4 or newer)");
	if (has[TRAFFIC_NGINX]) {
		char *path = program_path("nginx", "", NULL);

		tell(doctor, "nginx", path ? path : "is not installed",
		     path ? NULL : "apt install nginx (1.15.3 or newer)");
		free(path);
	}
}

static void check_files(struct doctor *doctor, const struct project *project)
{
	const struct pipeline *pipeline = project->pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct strings missing = STRINGS_INIT;

		if (pipeline->stages[i].scan.present)
			scan_files_missing(project->repository,
					   project->commit.id,
					   &pipeline->stages[i].scan, &missing);
		for (size_t j = 0; j < missing.count; j++)
			tell(doctor, pipeline->stages[i].name, missing.items[j],
			     "");
		strings_release(&missing);
	}
}

static void check_pipeline(struct doctor *doctor, struct project *project)
{
	struct error err = ERROR_INIT;

	if (project_commit(project, NULL, false, &err) < 0) {
		tell(doctor, "pipeline", error_text(&err), "");
		error_clear(&err);
		return;
	}
	tell(doctor, "pipeline", PIPELINE_FILE " of HEAD is valid", NULL);
	check_files(doctor, project);
	check_proxies(doctor, project->pipeline);
	for (size_t i = 0; i < project->pipeline->environment_count; i++)
		check_environment(doctor, project,
				  &project->pipeline->environments[i]);
}

int cli_doctor(int argc, char **argv)
{
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, NULL, 0, 0};
	struct doctor doctor = {0};
	struct error err = ERROR_INIT;
	struct project project;

	if (cli_parse(argc, argv, &arguments, &err) < 0)
		return cli_fail(&err);
	listing_print("signalbox %s\n", PACKAGE_VERSION);
	check_program(&doctor, "git", "--version", "apt install git");
	check_program(&doctor, "tar", "--version", "apt install tar");
	check_runtime(&doctor);
	check_terminal(&doctor);
	if (project_open(&project, &err) < 0) {
		tell(&doctor, "repository", error_text(&err), "");
		error_clear(&err);
	} else {
		check_disk(&doctor,
			   repository_state_folder(project.repository));
		check_pipeline(&doctor, &project);
		check_clock(&doctor, &project.commit);
		project_close(&project);
	}
	listing_print(doctor.missing ? "%d to mend\n" : "nothing to mend\n",
		      doctor.missing);
	return doctor.missing ? 1 : 0;
}
