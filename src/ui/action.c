/* SPDX-License-Identifier: MIT */
#include "ui/action.h"

#include <stddef.h>

#include "base/memory.h"
#include "ui/input.h"

static const struct action_info infos[ACTION_COUNT] = {
#define X(id, name, keys, help) [ACTION_##id] = {name, keys, help},
	ACTIONS(X)
#undef X
};

static const struct {
	int input;
	enum action action;
} bindings[] = {
	{'j', ACTION_DOWN},
	{INPUT_DOWN, ACTION_DOWN},
	{'k', ACTION_UP},
	{INPUT_UP, ACTION_UP},
	{'h', ACTION_LEFT},
	{INPUT_LEFT, ACTION_LEFT},
	{'l', ACTION_RIGHT},
	{INPUT_RIGHT, ACTION_RIGHT},
	{'g', ACTION_FIRST},
	{INPUT_HOME, ACTION_FIRST},
	{'G', ACTION_LAST},
	{INPUT_END, ACTION_LAST},
	{INPUT_CONTROL('d'), ACTION_HALF_DOWN},
	{INPUT_PAGE_DOWN, ACTION_HALF_DOWN},
	{INPUT_CONTROL('u'), ACTION_HALF_UP},
	{INPUT_PAGE_UP, ACTION_HALF_UP},
	{' ', ACTION_PAGE_DOWN},
	{'b', ACTION_PAGE_UP},
	{INPUT_TAB, ACTION_NEXT_PANEL},
	{INPUT_BACK_TAB, ACTION_LAST_PANEL},
	{'1', ACTION_PANEL_1},
	{'2', ACTION_PANEL_2},
	{'3', ACTION_PANEL_3},
	{'4', ACTION_PANEL_4},
	{'5', ACTION_PANEL_5},
	{'6', ACTION_PANEL_6},
	{INPUT_ENTER, ACTION_OPEN},
	{INPUT_ESCAPE, ACTION_CLOSE},
	{'f', ACTION_FOLLOW},
	{'z', ACTION_ZOOM},
	{'d', ACTION_SHIPS},
	{'T', ACTION_TABLE},
	{'<', ACTION_SORT_BEFORE},
	{'W', ACTION_EXCEPT},
	{'+', ACTION_FASTER},
	{'-', ACTION_SLOWER},
	{'>', ACTION_SKIP},
	{'/', ACTION_SEARCH},
	{'&', ACTION_FILTER},
	{'w', ACTION_WRAP},
	{'t', ACTION_TIMES},
	{'e', ACTION_FAILURE_NEXT},
	{'E', ACTION_FAILURE_BEFORE},
	{'v', ACTION_RANGE},
	{'y', ACTION_COPY},
	{'Y', ACTION_COPY_WITH},
	{'o', ACTION_PAGER},
	{'O', ACTION_EDITOR},
	{'n', ACTION_FIND_NEXT},
	{'N', ACTION_FIND_BEFORE},
	{'a', ACTION_APPROVE},
	{'x', ACTION_REJECT},
	{'s', ACTION_SHIFT},
	{'H', ACTION_HOLD},
	{'P', ACTION_PROMOTE},
	{'B', ACTION_ROLLBACK},
	{'D', ACTION_DRILL},
	{'X', ACTION_CANCEL},
	{'r', ACTION_REDRAW},
	{'R', ACTION_REDRAW},
	{INPUT_F5, ACTION_REDRAW},
	{INPUT_CONTROL('l'), ACTION_REDRAW},
	{INPUT_CONTROL('z'), ACTION_SUSPEND},
	{INPUT_CONTROL('c'), ACTION_INTERRUPT},
	{'q', ACTION_QUIT},
	{'?', ACTION_HELP},
	{INPUT_F1, ACTION_HELP},
	{':', ACTION_PALETTE},
	{INPUT_CONTROL('p'), ACTION_PALETTE},
};

const struct action_info *action_info(enum action action)
{
	return &infos[action];
}

enum action action_of(int input)
{
	for (size_t i = 0; i < ARRAY_SIZE(bindings); i++)
		if (bindings[i].input == input)
			return bindings[i].action;
	return ACTION_NONE;
}

bool action_plays(enum action action)
{
	return action >= ACTION_PAUSE && action <= ACTION_SKIP;
}

bool action_changes(enum action action)
{
	return action >= ACTION_APPROVE && action <= ACTION_CANCEL;
}
