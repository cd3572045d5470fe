/* SPDX-License-Identifier: MIT */
/*
 * How nginx is steered without a reload, which would lose requests of
 * connections that are kept alive. Of each request nginx takes two random
 * hexadecimal digits and looks whether FOLDER/green has a file of that name.
 * `green` is a link to the folder N of the N first of the 256 names, so that
 * one rename(2) changes the weight for every worker at once, and a restart
 * finds it as it was.
 *
 *	FOLDER/green -> 64
 *	FOLDER/64/00 .. 3f, here, both
 *
 * `here` is in each, so that one can ask nginx whether it may look; `both`
 * where both colours have a share and may take over from each other.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_NGINX_STEER_H
#define SIGNALBOX_DELIVERY_TRAFFIC_NGINX_STEER_H

#include "base/error.h"

#define NGINX_UNITS 256

/* Makes what each weight to come back to needs; the folder is made. */
int nginx_steer_prepare(const char *folder, struct error *err) MUST_CHECK;
/* Green gets so many of 256 from now on. */
int nginx_steer_set(const char *folder, int green,
		    struct error *err) MUST_CHECK;
/* ERROR_NOT_FOUND when none was ever set. */
int nginx_steer_read(const char *folder, int *green,
		     struct error *err) MUST_CHECK;
/* Only this colour has a file `preview-COLOUR` from now on; -1: none. */
int nginx_steer_preview(const char *folder, int colour,
			struct error *err) MUST_CHECK;
/* It is on the disk; blocks. */
int nginx_steer_sync(const char *folder, struct error *err) MUST_CHECK;

#endif
