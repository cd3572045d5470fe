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

/* So many of the colour have to be asked. */
static int count(const struct environment *environment, enum colour colour)
{
	return environment->targets[colour][0].ops->look
		       ? environment_instances(environment, colour)
		       : 0;
}

static void ask(struct environment *environment, enum colour colour, int count,
		struct look *look)
{
	for (int i = 0; i < count; i++) {
		const struct target *target = &environment->targets[colour][i];

		target->ops->look(target, looked, look);
	}
}

struct look *environment_look(struct environment *environment, look_done *done,
			      void *data)
{
	int blue = count(environment, COLOUR_BLUE);
	int green = count(environment, COLOUR_GREEN);
	struct look *look;

	if (!blue && !green) {
		if (done)
			done(data);
		return NULL;
	}
	look = xcalloc(1, sizeof(*look));
	look->environment = environment;
	look->done = done;
	look->data = data;
	look->pending = blue + green;
	look->next = environment->looks;
	environment->looks = look;
	ask(environment, COLOUR_BLUE, blue, look);
	ask(environment, COLOUR_GREEN, green, look);
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
