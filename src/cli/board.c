/* SPDX-License-Identifier: MIT */
#include "cli/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/board-deed.h"
#include "cli/board-read.h"
#include "cli/follow.h"
#include "engine/runs.h"
#include "event/replay.h"
#include "loop/folders.h"
#include "loop/helper.h"

/* What comes together is read together, and not more than once a second. */
#define GATHER_MS 100
#define LEAST_MS 1000
/* What no file tells: a process that was killed, a lock that has run out. */
#define ANYWAY_MS 30000
struct desk {
	struct board_source source;
	struct project *project;
	const char *state, *repository;
	struct helper *reader, *doer;
	struct folders *folders;
	struct timer *next;
	void (*show)(void *to, const struct board *board, const char *told,
		     bool warns);
	void *to;
	struct board *board; /* as it is shown */
	struct board *news;  /* being read */
	struct ahead_list known, counted;
	int64_t generation, begun_ms;
	bool is_reading, is_stale, is_stopping;
	char *told; /* to be shown with the next board; NULL */
	struct deed *deed;
	struct strings rolled_back; /* the environments, once each time */
};

static void set_rollbacks(const struct desk *desk, struct board *board)
{
	for (size_t i = 0; i < board->model->environment_count; i++) {
		struct environment_model *it = &board->model->environments[i];

		it->rollbacks = 0;
		for (size_t j = 0; j < desk->rolled_back.count; j++)
			it->rollbacks += strcmp(desk->rolled_back.items[j],
						it->name) == 0;
	}
}

static void show(struct desk *desk, const char *told, bool warns)
{
	set_rollbacks(desk, desk->board);
	desk->show(desk->to, desk->board, told, warns);
}

static void watch_below(struct desk *desk, const char *folder,
			enum folders_depth depth, const char *name)
{
	char *path = name ? path_join(folder, name) : xstrdup(folder);

	folders_watch(desk->folders, path, depth);
	free(path);
}

/* What runs there writes to its log: only the names count. */
static void watch_environment(struct desk *desk, const char *name)
{
	static const char *const parts[] = {"blue", "green", "proxy"};
	char *folder = xasprintf("%s/environments/%s", desk->state, name);

	watch_below(desk, folder, FOLDERS_WRITES, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		watch_below(desk, folder, FOLDERS_NAMES, parts[i]);
	free(folder);
}

static void watch(struct desk *desk)
{
	const char *common =
		repository_common_folder(desk->project->repository);
	const struct board *board = desk->board;

	watch_below(desk, common, FOLDERS_NAMES, NULL);
	watch_below(desk, common, FOLDERS_NAMES, "refs/heads");
	watch_below(desk, common, FOLDERS_NAMES, "reftable");
	watch_below(desk, common, FOLDERS_NAMES, "refs/remotes/origin");
	watch_below(desk, desk->state, FOLDERS_NAMES, NULL);
	watch_below(desk, desk->state, FOLDERS_NAMES, "runs");
	watch_below(desk, desk->state, FOLDERS_NAMES, "environments");
	for (size_t i = 0; i < board->count; i++)
		watch_environment(desk, board->environments[i].name);
	for (size_t i = 0; i < board->runs.count; i++) {
		char *folder;

		if (!board->runs.runs[i].live)
			continue;
		folder = run_folder(desk->state, board->runs.runs[i].run);
		watch_below(desk, folder, FOLDERS_CLOSES, NULL);
		free(folder);
	}
}

static void count(void *data)
{
	struct desk *desk = data;

	ahead_list_count(&desk->counted, &desk->known, desk->board,
			 desk->repository);
}

static void look_soon(struct desk *desk)
{
	int64_t due = desk->begun_ms + LEAST_MS;
	int64_t soon = clock_monotonic_ms() + GATHER_MS;

	timer_set(desk->next, (due > soon ? due : soon) * 1000);
}

static void counted(void *data)
{
	struct desk *desk = data;

	ahead_list_release(&desk->known);
	desk->known = desk->counted;
	ahead_list_apply(&desk->known, desk->board);
	desk->is_reading = false;
	show(desk, NULL, false);
	if (desk->is_stopping)
		return;
	if (desk->is_stale)
		look_soon(desk);
	else
		timer_set_in(desk->next, ANYWAY_MS);
}

static void read_all(void *data)
{
	struct desk *desk = data;

	desk->news = board_read(desk->state, desk->board, desk->generation);
}

static const struct history_run *newest(const struct board *board)
{
	return board->runs.count ? &board->runs.runs[0] : NULL;
}

/* As runs are called, by their pipeline; the caller's. */
static char *newest_name(const struct board *board, const struct board *before)
{
	const struct history_run *run = newest(board);

	return xstrdup(run && *run->pipeline ? run->pipeline : before->name);
}

/* A run that began while somebody looked; the caller's, or NULL. */
static char *begun_text(const struct board *before, const struct board *now)
{
	const struct history_run *last = newest(before);
	const struct history_run *run = newest(now);

	if (!before->is_read || !run || !run->live ||
	    (last && last->run >= run->run))
		return NULL;
	return xasprintf("run #%lld has begun; it can be attached to",
			 (long long)run->run);
}

static void have_read(void *data)
{
	struct desk *desk = data;
	struct board *before = desk->board;
	char *told = begun_text(before, desk->news);

	desk->board = desk->news;
	desk->news = NULL;
	free(desk->board->name);
	desk->board->name = newest_name(desk->board, before);
	ahead_list_apply(&desk->known, desk->board);
	show(desk, told, false);
	board_free(before);
	free(told);
	if (desk->is_stopping)
		return;
	watch(desk);
	helper_run(desk->reader, count, counted, desk);
}

static void look(void *data)
{
	struct desk *desk = data;

	if (desk->is_reading) {
		desk->is_stale = true;
		return;
	}
	desk->is_reading = true;
	desk->is_stale = false;
	desk->begun_ms = clock_monotonic_ms();
	desk->generation++;
	helper_run(desk->reader, read_all, have_read, desk);
}

static void changed(void *data)
{
	struct desk *desk = data;

	desk->is_stale = true;
	if (!desk->is_reading && !desk->is_stopping)
		look_soon(desk);
}

static void start(void *data, struct loop *loop,
		  void (*show_it)(void *to, const struct board *board,
				  const char *told, bool warns),
		  void *to)
{
	struct desk *desk = data;

	desk->is_reading = desk->is_stopping = false;
	desk->show = show_it;
	desk->to = to;
	desk->reader = helper_new(loop, "board");
	desk->doer = helper_new(loop, "deed");
	desk->folders = folders_new(loop, changed, desk);
	desk->next = loop_timer(loop, INT64_MAX, look, desk);
	show(desk, desk->told, true);
	free(desk->told);
	desk->told = NULL;
	watch(desk);
	look(desk);
}

/* A rollback that was asked for is waited for. */
static void stop(void *data)
{
	struct desk *desk = data;

	desk->is_stopping = true;
	helper_free(desk->doer);
	helper_free(desk->reader);
	folders_free(desk->folders);
	timer_free(desk->next);
}

/* What was frozen in the question, against what is shown. */
static bool has_moved(const struct desk *desk, const struct command *command)
{
	const struct environment_model *it =
		model_environment(desk->board->model, command->environment);

	return !it || it->seq > command->seq;
}

static void done(void *data)
{
	struct desk *desk = data;
	struct deed *deed = desk->deed;
	const char *rolled_back = deed_rolled_back(deed);
	bool failed;
	const char *told = deed_result(deed, &failed);

	desk->deed = NULL;
	if (rolled_back)
		strings_add(&desk->rolled_back, rolled_back);
	show(desk, told, failed);
	changed(desk);
	deed_free(deed);
}

static void do_it(void *data)
{
	struct desk *desk = data;

	deed_do(desk->deed);
}

static int64_t shown_seq(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->count; i++)
		if (strcmp(board->environments[i].name, name) == 0)
			return board->environments[i].seq;
	return -1;
}

static void take_command(void *data, const struct command *command)
{
	struct desk *desk = data;
	bool notes = command->kind == COMMAND_NOTE;

	bool drills = command->kind == COMMAND_DRILL;

	if ((!notes && !drills && command->kind != COMMAND_ROLLBACK) ||
	    !command->environment)
		return;
	if (desk->deed) {
		show(desk, "another change is under way; wait for its end",
		     true);
		return;
	}
	if (!notes && has_moved(desk, command)) {
		show(desk, DEED_REFUSED, true);
		return;
	}
	desk->deed = deed_new(
		&(struct deed_options){
			.state = desk->state,
			.person = desk->project->person,
			.seq = shown_seq(desk->board, command->environment),
		},
		command);
	show(desk, notes ? NULL : drills ? "drilling" : "rolling back", false);
	helper_run(desk->doer, do_it, done, desk);
}

static int show_replay(struct screen_options *options, struct error *err)
{
	int end = -1;

	options->events = options->commands = -1;
	options->replay = replay_open(options->run_folder, err);
	if (options->replay) {
		options->pace = (struct pace){
			.at_ms = replay_ends(options->replay),
			.speed = 1,
		};
		end = screen_show(options, err);
	}
	replay_free(options->replay);
	return end;
}

static int show_live(struct desk *desk, struct screen_options *options,
		     struct error *err)
{
	options->attached = true;
	options->events = options->commands =
		follow_connect(desk->project, desk->source.choice.opened,
			       !options->watch_only, err);
	return options->events < 0 ? -1 : screen_show(options, err);
}

/* An enum ui_end; what goes wrong is told on the board. */
static int open_run(struct desk *desk, const struct screen_options *board)
{
	struct screen_options options = *board;
	int64_t run = desk->source.choice.opened;
	char *folder = run_folder(desk->state, run);
	struct error err = ERROR_INIT;
	int end;

	options.board = NULL;
	options.returns = true;
	options.run_folder = folder;
	end = run_is_live(desk->state, run) ? show_live(desk, &options, &err)
					    : show_replay(&options, &err);
	if (end < 0)
		desk->told = xasprintf("run #%lld cannot be shown: %s",
				       (long long)run, error_text(&err));
	error_clear(&err);
	free(folder);
	return end < 0 ? UI_FINISHED : end;
}

static int run_desk(struct desk *desk, const struct screen_options *options,
		    struct error *err)
{
	int end;

	do {
		end = screen_show(options, err);
		if (end == UI_OPEN && open_run(desk, options) != UI_FINISHED)
			end = UI_LOST;
	} while (end == UI_OPEN);
	return end < 0 ? -1 : 0;
}

static char *name_of(struct repository *repository)
{
	const char *folder = repository_work_tree(repository);
	const char *slash;

	if (!folder)
		folder = repository_common_folder(repository);
	slash = strrchr(folder, '/');
	return xstrdup(slash && slash[1] ? slash + 1 : folder);
}

int board_show(struct project *project, const struct screen_look *look,
	       bool watch_only, struct error *err)
{
	struct desk desk = {
		.source = {.start = start,
			   .stop = stop,
			   .command = take_command},
		.project = project,
		.state = repository_state_folder(project->repository),
		.repository = repository_common_folder(project->repository),
		.board = board_new(),
	};
	struct screen *screen = NULL;
	struct screen_options options = {
		.kept = &screen,
		.events = -1,
		.commands = -1,
		.person = project->person,
		.watch_only = watch_only,
		.look = look,
		.board = &desk.source,
	};
	int result;

	desk.source.data = &desk;
	free(desk.board->name);
	desk.board->name = name_of(project->repository);
	/* Forks: before any thread. */
	options.launcher = launcher_start(true);
	result = run_desk(&desk, &options, err);
	ui_leave(screen);
	launcher_free(options.launcher);
	board_free(desk.board);
	ahead_list_release(&desk.known);
	strings_release(&desk.rolled_back);
	free(desk.source.choice.environment);
	free(desk.told);
	return result;
}
