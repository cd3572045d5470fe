/* SPDX-License-Identifier: MIT */
/*
 * The first pipeline file of a repository, with comments to go on from. It
 * parses as it is, and also when every line that is switched off (one '#',
 * where prose has two) is switched on.
 */
#ifndef SIGNALBOX_PIPELINE_TEMPLATE_H
#define SIGNALBOX_PIPELINE_TEMPLATE_H

#include <stdbool.h>

enum build_system {
	BUILD_UNKNOWN,
	BUILD_MAKE,
	BUILD_AUTOTOOLS,
	BUILD_CMAKE,
	BUILD_MESON,
	BUILD_NPM,
	BUILD_CARGO,
	BUILD_GO,
	BUILD_PYTHON,
};

/* What was seen in the repository; all strings may be NULL: unknown. */
struct pipeline_hints {
	const char *name; /* made fit when it is no name */
	enum build_system build;
	bool has_tests;
	bool has_dockerfile;
	int port;	     /* where people reach the program; 0: unknown */
	const char *command; /* starts it on $PORT */
	const char *login;   /* the Unix user who will approve */
	const char *person;  /* and the name and address of their commits */
	const char *email;
};

/* Owned by the caller. Environments and deployments are switched on when
 * port and command are known, else off. */
char *pipeline_template(const struct pipeline_hints *hints);

#endif
