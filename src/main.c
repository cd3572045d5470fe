/* SPDX-License-Identifier: MIT */
/*
 * signalbox: from one terminal, runs a pipeline, gates it, and owns its
 * traffic. The map of the code, highest room first; a room includes only
 * rooms below it (src/layers, held by `make check`).
 *
 *	cli/       one file a subcommand; the headless printer; the demo
 *	ui/        the dashboard: reads model/, sends commands
 *	engine/    the worker thread: scheduler, executor, control socket
 *	step/      kinds of work behind one interface: run, check, scan, gate,
 *	           deploy, and a deployment's weight, pause, analysis
 *	delivery/  plans, environments, analysis, rollback, keepers;
 *	           target/ starts a colour, traffic/ carries its requests
 *	gate/      who may decide: quorum, expiry, what makes a vote void
 *	evidence/  what reports come to: freshness, policy, kept, exports
 *	exceptions/  what may stand, and how long: records, ignore files
 *	licences/  SPDX expressions, what is allowed, who approved it
 *	report/    test and scanner reports: files in, plain structs out;
 *	           formats/ has a file for each
 *	source/    commits, work folders, artifacts, what ships
 *	model/     the state of a run and of environments: a fold over events
 *	event/     event types, their NDJSON codec, the journal, channels
 *	pipeline/  signalbox.yaml: YAML to checked structs
 *	net/       HTTP and line protocols, on the loop
 *	proc/      children, the guard, the launcher
 *	loop/      poll(), deadlines, helpers
 *	yaml/      YAML to a plain tree, and what is wrong with a file
 *	base/      errors, strings, vectors, time, files, digests
 */
#include "cli/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
