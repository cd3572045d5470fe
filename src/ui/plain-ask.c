/* SPDX-License-Identifier: MIT */
/* The dialogs of the dashboard as questions in lines. Their facts are frozen
 * when they open and go with the command, as on the screen. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "ui/input.h"
#include "ui/plain-session.h"

/* The number that opened a question never confirms it. */
static int yes_number(const struct plain *plain)
{
	return plain->opened_by == 1 ? 2 : 1;
}

static void ask_yes(struct plain *plain)
{
	const struct dialog *dialog = plain->view->dialog;

	plain->asks = ASKS_YES;
	if (yes_number(plain) == 1)
		plain_sayf(plain, "1 %s, 2 leave all as it is",
			   dialog_confirms(dialog));
	else
		plain_sayf(plain, "1 leave all as it is, 2 %s",
			   dialog_confirms(dialog));
	plain_hush(plain);
}

static bool is_good_check(const struct fact *fact)
{
	return fact->role == state_role(STATE_PASSED) &&
	       starts_with(fact->text, "check ");
}

/* What is dim is about keys; of checks only a bad one is worth its name. */
static void say_facts(struct plain *plain)
{
	const struct dialog *dialog = plain->view->dialog;
	size_t good = 0;

	for (size_t i = 0; i < dialog->fact_count; i++) {
		const struct fact *fact = &dialog->facts[i];

		if (is_good_check(fact))
			good++;
		else if (*fact->text && fact->role != ROLE_DIM)
			plain_say(plain, fact->text);
	}
	if (good)
		plain_sayf(plain, "%zu check%s passed", good,
			   good == 1 ? "" : "s");
}

static void say_steps(struct plain *plain)
{
	const struct dialog *dialog = plain->view->dialog;
	struct str out = STR_INIT;

	for (size_t i = 0; dialog->numeric && i < dialog->steps.count; i++)
		str_addf(&out, "%s%s", i ? ", " : "The plan's own steps are ",
			 dialog->steps.items[i]);
	if (out.len)
		plain_sayf(plain, "%s percent", out.data);
	str_release(&out);
}

void plain_ask(struct plain *plain)
{
	const struct dialog *dialog = plain->view->dialog;

	plain_hush(plain);
	plain_say(plain, dialog->title);
	/* Those of the reason's question were just told. */
	if (!dialog->numeric && dialog->ops != &reason_dialog)
		say_facts(plain);
	say_steps(plain);
	if (!dialog->label) {
		ask_yes(plain);
		return;
	}
	plain->asks = ASKS_TEXT;
	plain_sayf(plain, "Type %s%s, then Enter",
		   dialog->ops == &reason_dialog ? "the " : "", dialog->label);
	plain_hush(plain);
}

void plain_drop_question(struct plain *plain)
{
	if (plain->asks == ASKS_NOTHING)
		return;
	plain->asks = ASKS_NOTHING;
	dialog_close(plain->view);
	plain_say(plain, "Nothing was done");
	plain_hush(plain);
	plain_follow(plain);
}

static void confirm(struct plain *plain)
{
	struct view *view = plain->view;
	struct dialog *asked = view->dialog;

	plain->asks = ASKS_NOTHING;
	dialog_update(view, plain->model);
	if (*asked->moved)
		plain_say(plain, asked->moved);
	asked->deaf_until_ms = 0;
	asked->wary = false;
	dialog_input(view, plain->model, INPUT_ENTER, false);
	if (view->dialog == asked) {
		plain_sayf(plain, "Nothing was done: %s", asked->complaint);
		dialog_close(view);
	}
	plain_send(plain);
	plain_hush(plain);
	plain_follow(plain);
}

/* "25 %" and "25 percent" are 25. */
static void cut_percent(char *text)
{
	text[strspn(text, "0123456789.")] = '\0';
}

static void answer_text(struct plain *plain, const char *line)
{
	struct dialog *dialog = plain->view->dialog;
	char *text = xstrdup(line);

	if (dialog->numeric)
		cut_percent(text);
	dialog_fill(dialog, text);
	if (dialog->ops == &reason_dialog) {
		confirm(plain);
	} else if (dialog->ops == &reject_dialog && !*text) {
		plain_say(plain, "A rejection needs a reason");
		plain_drop_question(plain);
	} else if (dialog->numeric && !*text) {
		plain_say(plain, "That is no percentage");
		plain_drop_question(plain);
	} else {
		if (dialog->numeric)
			say_facts(plain);
		ask_yes(plain);
	}
	free(text);
}

static void answer_yes(struct plain *plain, const char *line)
{
	char number[8];

	snprintf(number, sizeof(number), "%d", yes_number(plain));
	if (strcasecmp(line, "yes") == 0 || strcmp(line, number) == 0)
		confirm(plain);
	else
		plain_drop_question(plain);
}

static void answer_pick(struct plain *plain, const char *line)
{
	size_t number = strtoul(line, NULL, 10);

	plain->asks = ASKS_NOTHING;
	plain->opened_by = (int)number;
	if (number && number <= plain->picks.count)
		plain->picked(plain, number - 1);
	else
		plain_say(plain, "Nothing was chosen");
}

void plain_answer(struct plain *plain, const char *line)
{
	plain->view->clock_ms = clock_monotonic_us() / 1000;
	switch (plain->asks) {
	case ASKS_TEXT:
		answer_text(plain, line);
		break;
	case ASKS_YES:
		answer_yes(plain, line);
		break;
	case ASKS_PICK:
		answer_pick(plain, line);
		break;
	case ASKS_NOTHING:
		plain_choose(plain, line);
		break;
	}
}
