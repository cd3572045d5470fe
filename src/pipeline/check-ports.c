/* SPDX-License-Identifier: MIT */
/* Two things of one file cannot listen on one port. */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/vector.h"

struct claim {
	int port;
	struct place place;
	const char *environment;
	const char *use;  /* "blue" */
	const char *host; /* "host:port" of a proxy; NULL: any address */
};

struct claims {
	struct claim *items;
	size_t count, cap;
};

static const struct node *descend(const struct node *node, const char *path[])
{
	for (; node && *path; path++)
		node = node_find(node, *path);
	return node;
}

/* An address to listen at, where it was read well. */
static void claim_listen(struct claims *claims, const struct node *node,
			 const char *text, const char *use,
			 const struct environment_config *environment)
{
	struct claim claim = {
		.environment = environment->name,
		.use = use,
		.host = text,
	};
	size_t host;

	if (!text || !node || !parse_address(text, &host, &claim.port))
		return;
	claim.place = node->place;
	*VECTOR_ADD(claims->items, claims->count, claims->cap) = claim;
}

static void claim_environment(struct claims *claims, const struct node *node,
			      const struct environment_config *environment)
{
	static const char *const uses[] = {"blue", "green"};
	const char *to_target[] = {"target", NULL};
	const char *to_listen[] = {"traffic",
				   traffic_kind_name(environment->traffic.kind),
				   "listen", NULL};
	const struct node *target = descend(node, to_target);
	const struct node *ports =
		target && target->count
			? node_find(&target->children[0], "ports")
			: NULL;
	const char *to_preview[] = {"preview", "listen", NULL};
	struct claim claim = {.environment = environment->name};

	for (size_t i = 0; i < 2; i++) {
		claim.port = environment->target.ports[i];
		if (!claim.port || !ports || ports->count != 2 ||
		    strcmp(environment->target.host, "127.0.0.1") != 0)
			continue; /* or of another machine */
		claim.place = ports->children[i].place;
		claim.use = uses[i];
		for (int j = 0; j < environment->target.instances; j++) {
			*VECTOR_ADD(claims->items, claims->count, claims->cap) =
				claim;
			claim.port++;
		}
	}
	claim_listen(claims, descend(node, to_listen),
		     traffic_listen(&environment->traffic), "the proxy",
		     environment);
	claim_listen(claims, descend(node, to_preview),
		     environment->preview.listen, "the preview", environment);
}

static bool is_everywhere(const struct claim *claim)
{
	return !claim->host || claim->host[0] == '*' ||
	       starts_with(claim->host, "0.0.0.0:") ||
	       starts_with(claim->host, "[::]:");
}

static int compare_places(const struct claim *left, const struct claim *right)
{
	if (left->place.line != right->place.line)
		return left->place.line < right->place.line ? -1 : 1;
	if (left->place.column != right->place.column)
		return left->place.column < right->place.column ? -1 : 1;
	return 0;
}

/* Those of one port together, first those on every address, then by host. */
static int compare(const void *a, const void *b)
{
	const struct claim *left = a;
	const struct claim *right = b;
	int order;

	if (left->port != right->port)
		return left->port < right->port ? -1 : 1;
	if (is_everywhere(left) != is_everywhere(right))
		return is_everywhere(left) ? -1 : 1;
	order = is_everywhere(left) ? 0 : strcmp(left->host, right->host);
	return order ? order : compare_places(left, right);
}

static void complain(struct reader *reader, const struct claim *a,
		     const struct claim *b)
{
	const struct claim *first = compare_places(a, b) < 0 ? a : b;
	const struct claim *second = first == a ? b : a;

	complain_at(reader, second->place,
		    "port %d is taken by %s of '%s' on line %d; give each its "
		    "own",
		    second->port, first->use, first->environment,
		    first->place.line);
}

static void check_sorted(struct reader *reader, const struct claims *claims)
{
	const struct claim *group = claims->items; /* first of its port */

	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *claim = &claims->items[i];

		if (claim->port != group->port)
			group = claim;
		else if (is_everywhere(group))
			complain(reader, group, claim);
		else if (strcmp(claim[-1].host, claim->host) == 0)
			complain(reader, claim - 1, claim);
	}
}

void ports_check(struct reader *reader, const struct node *environments)
{
	const struct pipeline *pipeline = reader->pipeline;
	struct claims claims = {0};
	size_t index = 0;

	for (size_t i = 0; i < environments->count; i++)
		if (!environments->children[i].repeated)
			claim_environment(&claims, &environments->children[i],
					  &pipeline->environments[index++]);
	if (claims.count)
		qsort(claims.items, claims.count, sizeof(*claims.items),
		      compare);
	check_sorted(reader, &claims);
	free(claims.items);
}
