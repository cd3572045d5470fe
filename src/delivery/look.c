/* SPDX-License-Identifier: MIT */
/* What is true of targets that cannot be seen from here: they are asked. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/memory.h"

struct look {
	struct look *next;
	struct environment *environment; /* NULL: closed meanwhile */
	look_done *done;		 /* NULL: nobody waits */
	void *data;
	int pending;
};

static void unlist(struct look *look)
{
	struct look **link;

	if (!look->environment)
		return;
	link = &look->environment->looks;
	while (*link != look)
		link = &(*link)->next;
	*link = look->next;
}

/* What it found is what is_alive() says. */
static void looked(const struct target_status *status, const struct error *err,
		   void *data)
{
	struct look *look = data;

	(void)status;
	(void)err;
	if (--look->pending > 0)
		return;
	unlist(look);
	if (look->done)
		look->done(look->data);
	free(look);
}

static int count(const struct environment *environment)
{
	int all = 0;

	if (!environment->targets[0][0].ops->look)
		return 0;
	for (int i = 0; i < COLOUR_COUNT; i++)
		all += environment_instances(environment, (enum colour)i);
	return all;
}

static void ask(struct environment *environment, enum colour colour,
		struct look *look)
{
	int instances = environment_instances(environment, colour);

	for (int i = 0; i < instances; i++) {
		const struct target *target = &environment->targets[colour][i];

		target->ops->look(target, looked, look);
	}
}

struct look *environment_look(struct environment *environment, look_done *done,
			      void *data)
{
	int pending = count(environment);
	struct look *look;

	if (!pending) {
		if (done)
			done(data);
		return NULL;
	}
	look = xcalloc(1, sizeof(*look));
	look->environment = environment;
	look->done = done;
	look->data = data;
	look->pending = pending;
	look->next = environment->looks;
	environment->looks = look;
	for (int i = 0; i < COLOUR_COUNT; i++)
		ask(environment, (enum colour)i, look);
	return look;
}

void look_forget(struct look *look)
{
	if (look)
		look->done = NULL;
}

void looks_drop(struct environment *environment)
{
	struct look *look;

	while ((look = environment->looks)) {
		environment->looks = look->next;
		look->environment = NULL;
		look->done = NULL;
	}
}
