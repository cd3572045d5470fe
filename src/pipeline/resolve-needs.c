/* SPDX-License-Identifier: MIT */
/*
 * Which stage waits for which. What a stage without `needs` waits for, every
 * stage above it, is written down as the few among them that no other stage
 * above needs: waiting for these is waiting for all, and ten thousand stages
 * have ten thousand edges instead of fifty million.
 */
#include "pipeline/sections.h"

#include <stdlib.h>

#include "base/memory.h"

#define MOST_NAMED 12 /* stages of a cycle that a message names */

struct graph {
	struct reader *reader;
	struct stage_config *stages;
	size_t count;
	const struct node **nodes; /* of each stage */
	bool *needed;		   /* by a stage read so far */
	/* Stages above, without those needed by others above: the ends. */
	size_t *ends;
	size_t end_count;
};

static void complain_unknown(struct reader *reader, const struct node *item)
{
	const struct name_index *known = &reader->pipeline->stage_names;
	char *mend = suggest(reader, item->text, known->names, known->count);

	complain_about(reader, item, "there is no stage '%.80s' to need%s",
		       item->text, mend);
	free(mend);
}

static int compare_numbers(const void *a, const void *b)
{
	size_t left = *(const size_t *)a;
	size_t right = *(const size_t *)b;

	return left < right ? -1 : left > right;
}

static void sort_unique(struct stage_config *stage)
{
	size_t kept = 0;

	if (!stage->need_count)
		return;
	qsort(stage->needs, stage->need_count, sizeof(*stage->needs),
	      compare_numbers);
	for (size_t i = 0; i < stage->need_count; i++)
		if (!i || stage->needs[i] != stage->needs[kept - 1])
			stage->needs[kept++] = stage->needs[i];
	stage->need_count = kept;
}

static void take_said(struct graph *graph, size_t index,
		      const struct node *needs)
{
	struct stage_config *stage = &graph->stages[index];

	stage->needs = xcalloc(needs->count + 1, sizeof(*stage->needs));
	for (size_t i = 0; i < needs->count; i++) {
		const struct node *item = &needs->children[i];
		const struct name_entry *entry;

		if (item->kind != NODE_TEXT || !item->text[0])
			continue;
		entry = name_index_find(&graph->reader->pipeline->stage_names,
					item->text);
		if (!entry)
			complain_unknown(graph->reader, item);
		else if (graph->stages[entry->number].finally)
			complain_about(graph->reader, item,
				       "'%s' runs at the end, when all others "
				       "are over; nothing can need it",
				       item->text);
		else if (entry->number == index)
			complain_about(graph->reader, item,
				       "stage '%s' needs itself", item->text);
		else
			stage->needs[stage->need_count++] = entry->number;
	}
	sort_unique(stage);
}

static void take_implied(struct graph *graph, size_t index)
{
	struct stage_config *stage = &graph->stages[index];

	stage->needs = xcalloc(graph->end_count + 1, sizeof(*stage->needs));
	for (size_t i = 0; i < graph->end_count; i++)
		if (!graph->needed[graph->ends[i]])
			stage->needs[stage->need_count++] = graph->ends[i];
	graph->end_count = 0;
}

static void resolve(struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct stage_config *stage = &graph->stages[i];
		const struct node *needs = node_find(graph->nodes[i], "needs");

		if (stage->finally) {
			graph->stages[i].needs = xcalloc(1, sizeof(size_t));
			continue;
		}
		if (!needs)
			take_implied(graph, i);
		else if (needs->kind == NODE_LIST)
			take_said(graph, i, needs);
		for (size_t j = 0; j < stage->need_count; j++)
			graph->needed[stage->needs[j]] = true;
		graph->ends[graph->end_count++] = i;
	}
}

enum mark { UNSEEN, ON_PATH, DONE };

struct visit {
	size_t stage;
	size_t next; /* of its needs */
};

struct search {
	struct graph *graph;
	enum mark *marks;
	struct visit *path;
	size_t depth;
};

static void name_cycle(const struct search *search, size_t from)
{
	const struct graph *graph = search->graph;
	size_t first = search->path[from].stage;
	struct str text = STR_INIT;

	for (size_t i = from; i < search->depth; i++) {
		size_t here = search->path[i].stage;
		size_t there = i + 1 < search->depth ? search->path[i + 1].stage
						     : first;
		bool said = node_find(graph->nodes[here], "needs");

		if (i - from == MOST_NAMED) {
			str_addf(&text, ", and so on through %zu stages",
				 search->depth - from);
			break;
		}
		str_addf(&text, "%s'%s' %s '%s'", i > from ? ", " : "",
			 graph->stages[here].name,
			 said ? "needs"
			      : "has no needs, so it waits for all above it, "
				"also",
			 graph->stages[there].name);
	}
	complain_at(graph->reader, graph->stages[first].place,
		    "these stages wait for each other: %s", text.data);
	str_release(&text);
}

static void step_into(struct search *search, size_t stage)
{
	search->marks[stage] = ON_PATH;
	search->path[search->depth++] = (struct visit){.stage = stage};
}

/* A cycle is told once: after that its stages count as done. */
static void close_cycle(struct search *search, size_t stage)
{
	size_t from = search->depth;

	while (from && search->path[from - 1].stage != stage)
		from--;
	name_cycle(search, from - 1);
	for (size_t i = from - 1; i < search->depth; i++)
		search->marks[search->path[i].stage] = DONE;
}

/* Depth first, on a path of our own: a chain may be as long as the file. */
static void search_from(struct search *search, size_t start)
{
	step_into(search, start);
	while (search->depth) {
		struct visit *here = &search->path[search->depth - 1];
		const struct stage_config *stage =
			&search->graph->stages[here->stage];
		size_t need;

		if (here->next == stage->need_count) {
			search->marks[here->stage] = DONE;
			search->depth--;
			continue;
		}
		need = stage->needs[here->next++];
		if (search->marks[need] == UNSEEN)
			step_into(search, need);
		else if (search->marks[need] == ON_PATH)
			close_cycle(search, need);
	}
}

static void find_cycles(struct graph *graph)
{
	struct search search = {.graph = graph};

	search.marks = xcalloc(graph->count + 1, sizeof(*search.marks));
	search.path = xcalloc(graph->count + 1, sizeof(*search.path));
	for (size_t i = 0; i < graph->count; i++)
		if (search.marks[i] == UNSEEN)
			search_from(&search, i);
	free(search.marks);
	free(search.path);
}

void needs_resolve(struct reader *reader, const struct node *stages)
{
	struct graph graph = {
		.reader = reader,
		.stages = reader->pipeline->stages,
		.count = reader->pipeline->stage_count,
	};
	size_t index = 0;

	graph.nodes = xcalloc(graph.count + 1, sizeof(*graph.nodes));
	graph.needed = xcalloc(graph.count + 1, sizeof(*graph.needed));
	graph.ends = xcalloc(graph.count + 1, sizeof(*graph.ends));
	for (size_t i = 0; i < stages->count; i++)
		if (!stages->children[i].repeated)
			graph.nodes[index++] = &stages->children[i];
	resolve(&graph);
	find_cycles(&graph);
	free(graph.nodes);
	free(graph.needed);
	free(graph.ends);
}
