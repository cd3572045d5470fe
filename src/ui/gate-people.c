/* SPDX-License-Identifier: MIT */
/* At a gate: who may decide, who did, and what was checked. */
#include "ui/gate-body.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"

static const struct vote_model *vote_of(const struct gate_model *gate,
					const char *person)
{
	for (size_t i = gate->vote_count; i > 0; i--)
		if (strcmp(gate->votes[i - 1].person, person) == 0)
			return &gate->votes[i - 1];
	return NULL;
}

static void short_time(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	clock_format_local(wall_ms, text);
	text[5] = '\0'; /* the seconds */
}

static void draw_vote(struct pen *pen, const struct vote_model *vote)
{
	char clock[CLOCK_TEXT_SIZE];
	bool approved = strcmp(vote->vote, "approve") == 0;

	pen_role(pen, approved ? ROLE_PASSED : ROLE_FAILED);
	pen_glyph(pen, approved ? GLYPH_PASSED : GLYPH_FAILED);
	short_time(vote->time, clock);
	pen_printf(pen, " %s %s", vote->person, clock);
	pen_role(pen, ROLE_NORMAL);
}

static bool is_eligible(const struct gate_model *gate, const char *person)
{
	for (size_t i = 0; i < gate->eligible_count; i++)
		if (strcmp(gate->eligible[i].person, person) == 0)
			return true;
	return false;
}

void gate_draw_who(const struct gate_model *gate, struct pen *pen)
{
	for (size_t i = 0; i < gate->vote_count; i++) {
		draw_vote(pen, &gate->votes[i]);
		pen_text(pen, "   ");
	}
	for (size_t i = 0; i < gate->eligible_count; i++) {
		const struct eligible_model *it = &gate->eligible[i];

		if (vote_of(gate, it->person))
			continue;
		pen_role(pen, it->can ? ROLE_NORMAL : ROLE_DIM);
		if (it->can) {
			pen_glyph(pen, GLYPH_QUEUED);
			pen_printf(pen, " %s   ", it->person);
		} else {
			pen_printf(pen, "(%s: %s)   ", it->person, it->why);
		}
	}
	pen_role(pen, ROLE_NORMAL);
	for (size_t i = 0; !gate->eligible_count && i < gate->approvers.count;
	     i++)
		pen_printf(pen, "%s   ", gate->approvers.items[i]);
	if (!gate->eligible_count && !gate->approvers.count)
		pen_text(pen, "whoever can reach the run   ");
}

/* With the mark that its stage has in the pipeline. */
static void draw_check(const struct model *model, struct pen *pen,
		       const struct check_model *check)
{
	const struct stage_model *stage = model_stage(model, check->name);
	bool same = stage && stage->state == check->state;

	pen_role(pen, same ? stage_role(stage) : state_role(check->state));
	pen->style.bold = state_is_bad(check->state);
	pen_glyph(pen, same ? stage_glyph(stage) : state_glyph(check->state));
	pen_printf(pen, " %s", check->name);
	if (*check->text && state_is_bad(check->state))
		pen_printf(pen, " %s", check->text);
	pen_role(pen, ROLE_NORMAL);
}

/* As they are drawn, what is bad first: there may not be room for all. */
static const struct check_model *check_at(const struct gate_model *gate,
					  size_t place)
{
	for (size_t i = 0; i < 2 * gate->check_count; i++) {
		const struct check_model *it =
			&gate->checks[i % gate->check_count];

		if (state_is_bad(it->state) == (i < gate->check_count) &&
		    place-- == 0)
			return it;
	}
	return NULL;
}

void gate_draw_checks(const struct model *model, const struct gate_model *gate,
		      struct pen *pen)
{
	for (size_t i = 0; i < gate->check_count && pen->col < pen->limit;
	     i++) {
		draw_check(model, pen, check_at(gate, i));
		pen_text(pen, "  ");
	}
}

static int heading(const struct area *area, int row, const char *text)
{
	struct pen pen = pen_at(area, row, 1);

	pen_bold(&pen, ROLE_TITLE);
	pen_text(&pen, text);
	return row + 1;
}

static void draw_person(const struct area *area, int row,
			const struct gate_model *gate, const char *person,
			const struct eligible_model *eligible)
{
	struct pen pen = pen_at(area, row, 3);
	const struct vote_model *vote = vote_of(gate, person);

	if (vote) {
		draw_vote(&pen, vote);
		if (*vote->reason)
			pen_printf(&pen, "  \"%s\"", vote->reason);
		return;
	}
	pen_role(&pen, eligible->can ? ROLE_NORMAL : ROLE_DIM);
	pen_glyph(&pen, eligible->can ? GLYPH_QUEUED : GLYPH_SKIPPED);
	pen_printf(&pen, " %-6s %s", person,
		   *eligible->why ? eligible->why
				  : (eligible->can ? "may vote" : ""));
}

/* It passed though not all that it found does count. */
static void draw_hidden(const struct model *model, struct pen *pen,
			const struct check_model *check)
{
	const struct stage_model *stage = model_stage(model, check->name);

	if (!stage || !stage->suppressed)
		return;
	pen_role(pen, ROLE_WARNING);
	pen_printf(pen, "  %lld excepted or suppressed",
		   (long long)stage->suppressed);
}

static void draw_checks(const struct model *model,
			const struct gate_model *gate, const struct area *area,
			int row)
{
	size_t count = gate->check_count;

	for (size_t i = 0; i < count && row < area->rows; i++) {
		const struct check_model *check = check_at(gate, i);
		struct pen pen = pen_at(area, row++, 3);

		if (row == area->rows && i + 1 < count) {
			pen_role(&pen, ROLE_DIM);
			pen_printf(&pen, "+%zu more", count - i);
			break;
		}
		draw_check(model, &pen, check);
		draw_hidden(model, &pen, check);
		if (*check->text && !state_is_bad(check->state)) {
			pen_role(&pen, ROLE_DIM);
			pen_printf(&pen, "  %s", check->text);
		}
	}
}

/* Before everything: no vote changes it. */
static int draw_veto(const struct gate_model *gate, const struct area *area,
		     int row)
{
	struct pen pen = pen_at(area, row, 1);

	if (!*gate->veto)
		return row;
	pen_bold(&pen, ROLE_FAILED);
	pen_text(&pen, "VETO  ");
	return pen_wrap(&pen, gate->veto);
}

void gate_draw_people(const struct model *model, const struct gate_model *gate,
		      const struct area *area)
{
	int row = draw_veto(gate, area, 1);
	char *text = xasprintf("WHO   %d of %d so far", gate->approvals,
			       gate->required);

	row = heading(area, row, text);
	free(text);
	for (size_t i = 0; i < gate->vote_count; i++)
		if (!is_eligible(gate, gate->votes[i].person))
			draw_person(area, row++, gate, gate->votes[i].person,
				    NULL);
	for (size_t i = 0; i < gate->eligible_count; i++)
		draw_person(area, row++, gate, gate->eligible[i].person,
			    &gate->eligible[i]);
	if (!gate->eligible_count) {
		struct pen pen = pen_at(area, row++, 3);

		gate_draw_who(gate, &pen);
	}
	if (gate->check_count)
		draw_checks(model, gate, area, heading(area, row, "CHECKS"));
}
