/* SPDX-License-Identifier: MIT */
/* A plan as people read it. */
#include "delivery/plan-parts.h"

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/words.h"

#define MINUTE_MS 60000

char *plan_note(const struct plan_request *request, const struct plan *plan)
{
	if (plan->first)
		return xstrdup("nothing is live yet: all traffic at once after "
			       "its checks");
	if (plan->in_place)
		return xstrdup("replaces in place: requests fail between stop "
			       "and start");
	if (plan->alone)
		return xasprintf("%s does not run, so nothing serves: all "
				 "traffic at once after the checks",
				 colour_name(!plan->colour));
	if (plan->strategy == STRATEGY_ROLLING)
		return xasprintf("at most %d instances run at once",
				 request->environment->target.instances +
					 request->deploy->batch);
	return xstrdup("");
}

char *plan_way_back(const struct plan_request *request, const struct plan *plan)
{
	char keep[WORDS_SIZE];

	if (plan->first)
		return xasprintf("none: nothing was live before; `signalbox "
				 "down %s` stops it",
				 plan->environment);
	if (plan->in_place)
		return xasprintf("cold: %s is started again from its stored "
				 "release",
				 request->live_version);
	if (!request->live_is_up)
		return xasprintf("cold: %s does not run; %s is started first",
				 colour_name(!plan->colour),
				 request->live_version);
	if (plan->strategy == STRATEGY_ROLLING)
		return xasprintf("cold: what made room of %s is started again "
				 "first",
				 request->live_version);
	return xasprintf("warm: %s goes on running %s, one weight change; kept "
			 "for at least %s after the promotion",
			 colour_name(!plan->colour), request->live_version,
			 words_duration(request->environment->keep_ms, keep));
}

/* Every address of this machine is reached at one of them. */
static void add_url(struct str *out, const char *listen)
{
	str_addf(out, "http://%s%s", *listen == '*' ? "127.0.0.1" : "",
		 listen + (*listen == '*'));
}

char *plan_preview(const struct plan_request *request, const struct plan *plan)
{
	const struct environment_config *environment = request->environment;
	const struct preview_config *preview = &environment->preview;
	const char *listen = traffic_listen(&environment->traffic);
	struct str out = STR_INIT;

	if (!preview->listen && !preview->header)
		return xstrdup("");
	if (plan->in_place ||
	    (plan->strategy == STRATEGY_ROLLING && !plan->alone))
		return xasprintf("none: what comes up on %s has traffic at "
				 "once",
				 colour_name(plan->colour));
	if (preview->listen)
		add_url(&out, preview->listen);
	if (preview->header)
		str_addf(&out, "%sheader %s", out.len ? ", or " : "",
			 preview->header);
	if (preview->header && (environment->url || listen)) {
		str_add(&out, " at ");
		if (environment->url)
			str_add(&out, environment->url);
		else
			add_url(&out, listen);
	}
	str_addf(&out, ": %s alone, from when it is healthy until it is live",
		 colour_name(plan->colour));
	return str_detach(&out);
}

/* Whole minutes where there are some. */
static int64_t round_up(int64_t ms)
{
	if (ms < 2 * MINUTE_MS)
		return ms;
	return (ms + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
}

static void describe_time(const struct plan *plan, struct str *out)
{
	char text[WORDS_SIZE];

	str_add(out, "  to 100 %     ");
	if (plan->ms)
		str_addf(out, "%s and ", words_duration(plan->ms, text));
	str_add(out, "the time to start, be healthy and be checked");
	if (plan->waits)
		str_add(out, "; waits for people on the way");
	str_add_char(out, '\n');
	if (plan->worst_ms >= 0)
		str_addf(out, "  at most      %s, with every time-out\n",
			 words_duration(round_up(plan->worst_ms), text));
	else
		str_add(out, "  at most      no bound: people, or an analysis "
			     "without a verdict, may hold it\n");
}

static void describe_back(const struct plan *plan, struct str *out)
{
	char text[WORDS_SIZE];

	str_addf(out, "  way back     %s", plan->way_back);
	if (plan->back_ms >= 0 && starts_with(plan->way_back, "cold"))
		str_addf(out, "; at most %s to start it",
			 words_duration(plan->back_ms, text));
	else if (plan->back_ms >= 0)
		str_addf(out, "; the last one took %s",
			 words_duration(plan->back_ms, text));
	str_add_char(out, '\n');
}

void plan_describe(const struct plan *plan, struct str *out)
{
	str_addf(out, "%s: %s, candidate on %s\n", plan->environment,
		 strategy_name(plan->strategy), colour_name(plan->colour));
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];

		str_addf(out, "  %2zu %c %-11s %s\n", i + 1,
			 step->watched ? '*' : ' ', step->name, step->label);
	}
	if (*plan->note)
		str_addf(out, "  note         %s\n", plan->note);
	if (*plan->analysis_text)
		str_addf(out, "  analysis     %s, beside the steps marked *\n",
			 plan->analysis_text);
	if (*plan->preview)
		str_addf(out, "  preview      %s\n", plan->preview);
	if (*plan->windows)
		str_addf(out, "  windows      %s\n", plan->windows);
	describe_time(plan, out);
	describe_back(plan, out);
}
