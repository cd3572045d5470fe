/* SPDX-License-Identifier: MIT */
/* What can be done now, by numbers; anything at all, by its name. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "ui/plain-session.h"
#include "ui/ships.h"

static void show_failure(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	spoken_failure(plain->view, plain->model, &lines);
	if (!lines.count)
		strings_add(&lines, "Nothing failed");
	plain_say_all(plain, &lines);
}

void plain_find_commits(struct plain *plain, const char *environment)
{
	struct view *view = plain->view;

	ships_open(view, plain->model, environment);
	plain->wants_ships = !view->ships->it->error;
	if (view->ships->it->error) {
		plain_say(plain, view->ships->it->error);
		ships_close(view);
	}
	ships_work_obey(plain->ships);
}

/* What the gate told, else what git says. */
static void show_commits(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	if (plain->view->board) {
		plain_board_commits(plain);
	} else if (spoken_has_commits(plain->model)) {
		spoken_commits(plain->model, &lines);
		plain_say_all(plain, &lines);
	} else {
		plain_find_commits(plain, NULL);
	}
}

static void show_findings(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	spoken_findings(plain->model, &lines);
	plain_say_all(plain, &lines);
}

static void show_table(struct plain *plain, enum table_kind kind)
{
	struct strings lines = STRINGS_INIT;

	spoken_table(plain->view, plain->model, kind, &lines);
	plain_say_all(plain, &lines);
}

static void show_tests(struct plain *plain)
{
	show_table(plain, TABLE_TESTS);
}

static void show_licences(struct plain *plain)
{
	show_table(plain, TABLE_LICENCES);
}

static void show_coverage(struct plain *plain)
{
	show_table(plain, TABLE_COVERAGE);
}

static void show_log(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	spoken_log(plain->view, plain->model, &lines);
	plain_say_all(plain, &lines);
}

static void show_status(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	plain_set_clock(plain);
	if (plain->view->board) {
		plain_board_tell(plain, true);
		return;
	}
	spoken_status(plain->view, plain->model, &lines);
	spoken_gate(plain->view, plain->model, &lines);
	plain_say_all(plain, &lines);
}

static void leave(struct plain *plain)
{
	bool live = !plain->playback && !plain->view->board &&
		    view_run_live(plain->model) && !plain->options->returns;

	if (live)
		plain_sayf(plain,
			   "Run %lld goes on; signalbox attach %lld comes back",
			   (long long)plain->model->run,
			   (long long)plain->model->run);
	plain_finish(plain, live ? UI_LEFT : UI_FINISHED);
}

static void wait_on(struct plain *plain)
{
	plain_say(plain, "Enter alone tells again what can be done");
}

static bool is_run(const struct plain *plain)
{
	return !plain->view->board && plain->model->started;
}

static bool is_board(const struct plain *plain)
{
	return plain->view->board != NULL;
}

static bool has_runs(const struct plain *plain)
{
	return plain->view->board && plain->view->board->runs.count;
}

static bool has_failure(const struct plain *plain)
{
	return is_run(plain) && spoken_has_failure(plain->model);
}

static bool has_commits(const struct plain *plain)
{
	return is_board(plain) ? plain->view->board->count > 0 : is_run(plain);
}

static bool has_findings(const struct plain *plain)
{
	struct strings lines = STRINGS_INIT;
	bool has = is_run(plain) && (plain->model->finding_count ||
				     spoken_evidence(plain->model, &lines));

	strings_release(&lines);
	return has;
}

static bool has_tests(const struct plain *plain)
{
	const struct model *model = plain->model;
	bool has = false;

	for (size_t i = 0; i < model->stage_count; i++)
		has |= model->stages[i].has_tests ||
		       model->stages[i].tests_unread;
	return has && is_run(plain);
}

static bool has_licences(const struct plain *plain)
{
	bool has = false;

	for (size_t i = 0; i < plain->model->stage_count; i++)
		has |= plain->model->stages[i].components > 0;
	return has && is_run(plain);
}

static bool has_coverage(const struct plain *plain)
{
	bool has = false;

	for (size_t i = 0; i < plain->model->stage_count; i++)
		has |= plain->model->stages[i].coverage.line_count > 0;
	return has && is_run(plain);
}

static bool plays(const struct plain *plain)
{
	return plain->playback != NULL;
}

static bool waits(const struct plain *plain)
{
	return is_run(plain) && !plain->playback &&
	       model_waits(plain->model) > 0;
}

static void help(struct plain *plain);

struct item {
	const char *name;
	enum action action; /* ACTION_NONE: run() */
	void (*run)(struct plain *plain);
	/* Beside an action's own reasons; NULL: always */
	bool (*can)(const struct plain *plain);
	bool untold; /* by its name alone */
	const char *help;
};

static const struct item items[] = {
	{"approve", ACTION_APPROVE, NULL, is_run, false, NULL},
	{"reject", ACTION_REJECT, NULL, is_run, false, NULL},
	{"shift traffic", ACTION_SHIFT, NULL, is_run, false, NULL},
	{"hold", ACTION_HOLD, NULL, is_run, false, NULL},
	{"promote", ACTION_PROMOTE, NULL, is_run, false, NULL},
	{"next step", ACTION_NEXT, NULL, is_run, false, NULL},
	{"roll back", ACTION_ROLLBACK, NULL, NULL, false,
	 "the way back, and whether to take it"},
	{"cancel the run", ACTION_CANCEL, NULL, is_run, false, NULL},
	{"open the newest run", ACTION_NONE, plain_board_open, has_runs, false,
	 "attach to it while it is live, else what became of it"},
	{"history", ACTION_NONE, plain_board_history, has_runs, false,
	 "the runs there were, each to be opened"},
	{"drill the way back", ACTION_DRILL, NULL, is_board, false,
	 "move all traffic there and back, to know how long that takes"},
	{"stop or go on", ACTION_PAUSE, NULL, plays, false,
	 "the time of the replay; at its end, from the start"},
	{"next event", ACTION_SKIP, NULL, plays, false,
	 "on to what happens next"},
	{"faster", ACTION_FASTER, NULL, plays, true, "twice as fast"},
	{"slower", ACTION_SLOWER, NULL, plays, true, "half as fast"},
	{"show commits", ACTION_NONE, show_commits, has_commits, false,
	 "what ships: commits and risky files"},
	{"show failure", ACTION_NONE, show_failure, has_failure, false,
	 "what failed, and its tests or the end of its log"},
	{"show findings", ACTION_NONE, show_findings, has_findings, true,
	 "what the scanners found, worst first; coverage and licences"},
	{"show tests", ACTION_NONE, show_tests, has_tests, true,
	 "each test, those that failed first"},
	{"show licences", ACTION_NONE, show_licences, has_licences, true,
	 "each package and its licence, what is not allowed first"},
	{"show coverage", ACTION_NONE, show_coverage, has_coverage, true,
	 "each file, the least covered first"},
	{"show log", ACTION_NONE, show_log, is_run, true,
	 "the end of the log of the stage that matters"},
	{"status", ACTION_NONE, show_status, NULL, false,
	 "what moves, who serves which requests, the way back"},
	{"leave", ACTION_NONE, leave, NULL, false,
	 "a run that is live goes on without you"},
	{"wait", ACTION_NONE, wait_on, waits, false, "nothing"},
	{"help", ACTION_NONE, help, NULL, true, "these words"},
};

static bool is_off(const struct plain *plain, const struct item *item,
		   struct str *why)
{
	str_clear(why);
	if (item->can && !item->can(plain)) {
		str_add(why, "there is nothing of it");
		return true;
	}
	return view_off(plain->view, plain->model, item->action, why) != NULL;
}

static void help(struct plain *plain)
{
	struct str why = STR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if (!is_off(plain, &items[i], &why))
			plain_sayf(
				plain, "%s: %s", items[i].name,
				items[i].help
					? items[i].help
					: action_info(items[i].action)->help);
	str_release(&why);
}

static const char *name_of(const struct plain *plain, const struct item *item)
{
	const struct environment_model *it = model_focus(plain->model);
	const struct stage_model *stage =
		it ? model_stage(plain->model, it->stage) : NULL;
	const struct view *view = plain->view;

	if (item->action == ACTION_HOLD && stage && stage->held)
		return "let go";
	if (item->action == ACTION_PAUSE)
		return view->play.over	   ? "play it from the start"
		       : view->play.paused ? "go on"
					   : "stop the time";
	if (item->run == leave && plain->options->returns)
		return "back to the board";
	return item->name;
}

/* At the end of a replay no event follows. */
static bool is_told(const struct plain *plain, const struct item *item)
{
	return !item->untold &&
	       !(item->action == ACTION_SKIP && plain->view->play.over);
}

void plain_menu(struct plain *plain)
{
	struct str out = STR_INIT;
	struct str why = STR_INIT;

	plain_hush(plain);
	plain->menu_count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		if (!is_told(plain, &items[i]) ||
		    is_off(plain, &items[i], &why))
			continue;
		plain->menu[plain->menu_count++] = i;
		str_addf(&out, "%s%zu %s", out.len ? ", " : "",
			 plain->menu_count, name_of(plain, &items[i]));
	}
	plain_say(plain, out.data);
	plain_hush(plain);
	str_release(&out);
	str_release(&why);
}

/* Without what does not count: case, spaces, hyphens. */
static char *bare(const char *text)
{
	struct str out = STR_INIT;

	for (; *text; text++)
		if (!strchr(" -\t", *text))
			str_add_char(&out, (char)tolower((unsigned char)*text));
	return str_detach(&out);
}

/* The name, or enough of its beginning to be meant; "log" is "show log". */
static bool is_name(const char *name, const char *word)
{
	char *whole = bare(name);
	bool is_it = strcmp(whole, word) == 0;

	if (!is_it && strlen(word) >= 3)
		is_it = starts_with(whole, word) ||
			(starts_with(whole, "show") &&
			 starts_with(whole + 4, word));
	free(whole);
	return is_it;
}

/* Of two that begin so, the one that can be done is meant. */
static const struct item *find(const struct plain *plain, const char *line)
{
	char *word = bare(line);
	struct str why = STR_INIT;
	const struct item *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if ((is_name(items[i].name, word) ||
		     is_name(name_of(plain, &items[i]), word)) &&
		    (!found || (is_off(plain, found, &why) &&
				!is_off(plain, &items[i], &why))))
			found = &items[i];
	str_release(&why);
	free(word);
	return found;
}

static void say_pace(struct plain *plain)
{
	const struct view *view = plain->view;
	char clock[CLOCK_TEXT_SIZE];

	plain_set_clock(plain);
	if (view->play.paused)
		plain_sayf(plain, "The time stands still at %s",
			   clock_format_local(view->now_ms, clock));
	else if (view->play.speed == 1)
		plain_say(plain, "It goes on");
	else if (!view->play.over)
		plain_sayf(plain, "It goes on, %g times as fast",
			   view->play.speed);
}

static void act(struct plain *plain, const struct item *item)
{
	struct view *view = plain->view;
	struct str why = STR_INIT;

	if (is_off(plain, item, &why)) {
		plain_sayf(plain, "You cannot %s now: %s", name_of(plain, item),
			   why.data);
	} else if (item->run) {
		item->run(plain);
	} else if (view->board && (item->action == ACTION_ROLLBACK ||
				   item->action == ACTION_DRILL)) {
		plain_board_go_back(plain, item->action);
	} else {
		view_act(view, plain->model, item->action);
		if (plain->playback)
			playback_obey(plain->playback);
		if (action_plays(item->action))
			say_pace(plain);
		if (view->dialog)
			plain_ask(plain);
		else if (*view->toast)
			plain_say(plain, view->toast);
	}
	str_release(&why);
}

void plain_choose(struct plain *plain, const char *line)
{
	size_t number = strtoul(line, NULL, 10);
	const struct item *item = number && number <= plain->menu_count
					  ? &items[plain->menu[number - 1]]
					  : find(plain, line);

	plain->opened_by = (int)number;
	if (!*line || (number && !item)) {
		plain_menu(plain);
	} else if (!item) {
		plain_sayf(plain, "%s is no word here; help tells them", line);
	} else {
		act(plain, item);
	}
}
