/* SPDX-License-Identifier: MIT */
#include "support/pipelines.h"

#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/report.h"

static struct pipeline *parse_example(void)
{
	const char *source = getenv("top_srcdir");
	char *path = path_join(source ? source : ".",
			       "tests/data/pipeline/example/input.yaml");
	struct str text = STR_INIT;
	struct pipeline *pipeline;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	pipeline = pipeline_of(text.data);
	str_release(&text);
	free(path);
	return pipeline;
}

static void assert_needs(const struct pipeline *pipeline, const char *stage,
			 const char *expected)
{
	const struct stage_config *config = pipeline_stage(pipeline, stage);
	struct str names = STR_INIT;

	assert_non_null(config);
	for (size_t i = 0; i < config->need_count; i++)
		str_addf(&names, "%s%s", i ? " " : "",
			 pipeline->stages[config->needs[i]].name);
	assert_string_equal(names.data, expected);
	str_release(&names);
}

static void example_has_its_head_and_people(void **state)
{
	struct pipeline *pipeline = parse_example();
	const struct person *ana = pipeline_person(pipeline, "ana");

	(void)state;
	assert_string_equal(pipeline->name, "shop");
	assert_int_equal(pipeline->mode, MODE_DELIVERY);
	assert_string_equal(mode_name(pipeline->mode), "delivery");
	assert_int_equal(pipeline->env.count, 1);
	assert_string_equal(pipeline->env.items[0].key, "CFLAGS");
	assert_string_equal(pipeline->env.items[0].value, "-O2");
	assert_null(pipeline->socket_group);
	assert_int_equal(strlen(pipeline->digest), 64);
	assert_int_equal(pipeline->people_count, 1);
	assert_string_equal(ana->name, "Ana");
	assert_string_equal(ana->email, "ana@example.org");
	assert_int_equal(ana->groups.count, 1);
	assert_string_equal(ana->groups.items[0], "release-managers");
	assert_int_equal(ana->place.line, 5);
	assert_int_equal(ana->place.column, 3);
	assert_null(pipeline_person(pipeline, "bob"));
	pipeline_free(pipeline);
}

static void example_has_its_environments(void **state)
{
	struct pipeline *pipeline = parse_example();
	const struct environment_config *production =
		pipeline_environment(pipeline, "production");
	const struct environment_config *staging =
		pipeline_environment(pipeline, "staging");

	(void)state;
	assert_int_equal(pipeline->environment_count, 2);
	assert_null(pipeline_environment(pipeline, "test"));
	assert_string_equal(staging->traffic.haproxy.listen, "127.0.0.1:8090");
	assert_false(staging->gate.present);
	assert_null(staging->url);
	assert_int_equal(staging->keep_ms, 30 * 60 * 1000);
	assert_string_equal(production->url, "http://127.0.0.1:8080");
	assert_string_equal(production->target.command, "./shop --port $PORT");
	assert_int_equal(production->target.ports[0], 8081);
	assert_int_equal(production->target.ports[1], 8082);
	assert_string_equal(production->target.health, "/healthz");
	assert_int_equal(production->target.start_timeout_ms, 30000);
	assert_string_equal(production->traffic.haproxy.listen,
			    "127.0.0.1:8080");
	assert_null(production->traffic.haproxy.socket);
	assert_true(production->gate.present);
	assert_int_equal(production->gate.approvers.count, 1);
	assert_string_equal(production->gate.approvers.items[0],
			    "@release-managers");
	assert_int_equal(production->gate.required, 1);
	assert_int_equal(production->gate.excluded.count, 1);
	assert_string_equal(production->gate.excluded.items[0], "author");
	assert_int_equal(production->gate.expires_ms, 24 * 3600 * 1000);
	assert_int_equal(production->secrets.count, 1);
	assert_string_equal(production->secrets.items[0], "DB_PASSWORD");
	assert_int_equal(production->sessions, SESSIONS_DRAIN);
	pipeline_free(pipeline);
}

static void example_has_its_stages(void **state)
{
	struct pipeline *pipeline = parse_example();
	const struct stage_config *unit = pipeline_stage(pipeline, "unit");
	const struct stage_config *scan = pipeline_stage(pipeline, "scan");

	(void)state;
	assert_int_equal(pipeline->stage_count, 6);
	assert_null(pipeline_stage(pipeline, "nothing"));
	assert_int_equal(unit->kind, STAGE_KIND_RUN);
	assert_string_equal(stage_kind_name(unit->kind), "run");
	assert_string_equal(unit->run, "make check");
	assert_int_equal(unit->report_count, 2);
	assert_string_equal(unit->reports[0].format, "tap");
	assert_string_equal(unit->reports[0].path, "-");
	assert_string_equal(unit->reports[1].format, "junit");
	assert_string_equal(unit->reports[1].path, "build/*.xml");
	assert_int_equal(unit->timeout_ms, 600000);
	assert_int_equal(unit->grace_ms, 10000);
	assert_int_equal(unit->retries, 1);
	assert_true(unit->source);
	assert_false(unit->scan.present);
	assert_string_equal(
		pipeline_stage(pipeline, "build")->artifacts.items[0],
		"shop-*.tar.gz");
	assert_int_equal(pipeline_stage(pipeline, "build")->timeout_ms, -1);
	assert_string_equal(scan->why, "known holes do not ship");
	assert_true(scan->scan.present);
	assert_string_equal(scan->scan.reports.items[0], "trivy.json");
	assert_null(scan->scan.format);
	assert_int_equal(scan->scan.fail_on, SEVERITY_HIGH);
	assert_string_equal(severity_name(scan->scan.fail_on), "high");
	assert_int_equal(scan->scan.unknown, UNKNOWN_FAIL);
	assert_int_equal(scan->scan.ok_exit_count, 1);
	assert_int_equal(scan->scan.ok_exits[0], 0);
	assert_int_equal(scan->scan.findings_exit_count, 1);
	assert_int_equal(scan->scan.findings_exits[0], 1);
	pipeline_free(pipeline);
}

static void example_has_its_needs_said_and_implied(void **state)
{
	struct pipeline *pipeline = parse_example();

	(void)state;
	assert_needs(pipeline, "unit", "");
	assert_needs(pipeline, "build", "unit");
	assert_needs(pipeline, "scan", "build");
	assert_needs(pipeline, "staging", "unit scan");
	assert_needs(pipeline, "acceptance", "staging");
	assert_needs(pipeline, "production", "acceptance");
	pipeline_free(pipeline);
}

static void example_has_its_requests(void **state)
{
	struct pipeline *pipeline = parse_example();
	const struct stage_config *stage =
		pipeline_stage(pipeline, "acceptance");
	const struct request *get = &stage->check.requests.items[0];
	const struct request *post = &stage->check.requests.items[1];

	(void)state;
	assert_int_equal(stage->kind, STAGE_KIND_CHECK);
	assert_string_equal(stage->check.environment, "staging");
	assert_null(stage->check.url);
	assert_int_equal(stage->check.requests.count, 2);
	assert_string_equal(get->method, "GET");
	assert_string_equal(get->path, "/");
	assert_int_equal(get->status, 200);
	assert_string_equal(get->contains, "shop");
	assert_null(get->body);
	assert_int_equal(get->timeout_ms, 10000);
	assert_string_equal(post->method, "POST");
	assert_string_equal(post->path, "/cart");
	assert_string_equal(post->body, "{\"item\":1}");
	assert_true(post->json);
	assert_int_equal(post->status, 201);
	assert_int_equal(post->expect.count, 1);
	assert_string_equal(post->expect.items[0].key, "$.items");
	assert_string_equal(post->expect.items[0].value, "1");
	pipeline_free(pipeline);
}

static void example_has_its_deployments(void **state)
{
	static const enum plan_step_kind kinds[] = {
		PLAN_CHECK,  PLAN_WEIGHT, PLAN_PAUSE,
		PLAN_WEIGHT, PLAN_PAUSE,  PLAN_WEIGHT,
	};
	struct pipeline *pipeline = parse_example();
	const struct deploy_config *deploy =
		&pipeline_stage(pipeline, "production")->deploy;
	const struct deploy_config *staging =
		&pipeline_stage(pipeline, "staging")->deploy;

	(void)state;
	assert_int_equal(staging->strategy, STRATEGY_ALL_AT_ONCE);
	assert_int_equal(staging->step_count, 0);
	assert_string_equal(strategy_name(deploy->strategy), "canary");
	assert_string_equal(deploy->environment, "production");
	assert_int_equal(deploy->step_count, ARRAY_SIZE(kinds));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(deploy->steps[i].kind, kinds[i]);
	assert_string_equal(deploy->steps[0].requests.items[0].path,
			    "/healthz");
	assert_true(deploy->steps[1].weight == 5);
	assert_int_equal(deploy->steps[2].ms, 120000);
	assert_int_equal(deploy->steps[4].ms, 300000);
	assert_true(deploy->steps[5].weight == 100);
	assert_true(deploy->analysis.present);
	assert_int_equal(deploy->analysis.every_ms, 5000);
	assert_true(deploy->analysis.error_rate.present);
	assert_true(deploy->analysis.error_rate.below == 1);
	assert_true(deploy->analysis.p99.below == 300);
	assert_false(deploy->analysis.p50.present);
	assert_int_equal(deploy->analysis.failures, 2);
	assert_int_equal(deploy->analysis.min_requests, 100);
	assert_int_equal(deploy->analysis.max_hold_ms, 30 * 60 * 1000);
	pipeline_free(pipeline);
}

#define ENVIRONMENT                                                       \
	"name: shop\n"                                                    \
	"environments:\n"                                                 \
	"  p:\n"                                                          \
	"    target: {process: {command: x, ports: [1, 2], health: /,"    \
	" start-timeout: 5s, env: {A: yes, B: ''}}}\n"                    \
	"    traffic: {haproxy: {socket: /run/h, backend: b,"             \
	" blue: [s1], green: [s2, s3], server-state: /state, ring: r}}\n" \
	"    sessions: cut\n"

static void attached_haproxy_has_all_its_words(void **state)
{
	struct pipeline *pipeline =
		pipeline_of(ENVIRONMENT "stages: {a: {run: x}}\n");
	const struct environment_config *p =
		pipeline_environment(pipeline, "p");

	(void)state;
	assert_null(p->traffic.haproxy.listen);
	assert_string_equal(p->traffic.haproxy.socket, "/run/h");
	assert_string_equal(p->traffic.haproxy.backend, "b");
	assert_string_equal(p->traffic.haproxy.servers[0].items[0], "s1");
	assert_int_equal(p->traffic.haproxy.servers[1].count, 2);
	assert_string_equal(p->traffic.haproxy.servers[1].items[1], "s3");
	assert_string_equal(p->traffic.haproxy.server_state, "/state");
	assert_string_equal(p->traffic.haproxy.ring, "r");
	assert_int_equal(p->sessions, SESSIONS_CUT);
	assert_int_equal(p->target.start_timeout_ms, 5000);
	assert_string_equal(p->target.env.items[0].value, "yes");
	assert_string_equal(p->target.env.items[1].value, "");
	pipeline_free(pipeline);
}

static void canary_without_steps_gets_weights_and_pauses(void **state)
{
	static const double weights[] = {5, 25, 50, 100};
	struct pipeline *pipeline =
		pipeline_of(ENVIRONMENT "stages: {d: {deploy: {environment: p, "
					"strategy: canary}}}\n");
	const struct deploy_config *deploy = &pipeline->stages[0].deploy;

	(void)state;
	assert_int_equal(deploy->step_count, 7);
	for (size_t i = 0; i < ARRAY_SIZE(weights); i++) {
		assert_int_equal(deploy->steps[2 * i].kind, PLAN_WEIGHT);
		assert_true(deploy->steps[2 * i].weight == weights[i]);
	}
	assert_int_equal(deploy->steps[5].kind, PLAN_PAUSE);
	assert_int_equal(deploy->steps[5].ms, 120000);
	assert_false(deploy->analysis.present);
	pipeline_free(pipeline);
}

static void analysis_step_takes_over_what_it_does_not_say(void **state)
{
	struct pipeline *pipeline = pipeline_of(
		ENVIRONMENT
		"stages:\n"
		"  d:\n"
		"    deploy:\n"
		"      environment: p\n"
		"      steps:\n"
		"        - {weight: 100%}\n"
		"        - {analysis: {}}\n"
		"        - {analysis: {p95: <1.5s}}\n"
		"        - {pause: {}}\n"
		"        - {gate: {}}\n"
		"      analysis: {error-rate: < 0.25%, failures: 7}\n");
	const struct plan_step_config *steps = pipeline->stages[0].deploy.steps;

	(void)state;
	assert_true(steps[1].analysis.error_rate.below == 0.25);
	assert_int_equal(steps[1].analysis.failures, 7);
	assert_false(steps[1].analysis.p95.present);
	assert_int_equal(steps[2].analysis.failures, 7);
	assert_true(steps[2].analysis.p95.below == 1500);
	assert_int_equal(steps[3].ms, -1);
	assert_int_equal(steps[4].kind, PLAN_GATE);
	assert_int_equal(steps[4].gate.required, 1);
	assert_string_equal(steps[4].gate.excluded.items[0], "author");
	pipeline_free(pipeline);
}

static void stage_keys_all_arrive(void **state)
{
	struct pipeline *pipeline = pipeline_of(
		ENVIRONMENT
		"socket-group: releases\n"
		"mode: deployment\n"
		"stages:\n"
		"  a: {source: none, run: \"a\\n\\tb\", env: {X: 1.50}, "
		"grace: 2s, environment: p, reports: {cmocka: [a.xml, b.xml]}, "
		"needs: []}\n"
		"  b: {run: x, needs: [], scan: {report: r, format: sarif, "
		"fail-on: low, unknown: warn, ok-exits: [0, 1]}}\n"
		"  g: {gate: {required: 2, not: [committer], expires: 2d}}\n");
	const struct stage_config *a = pipeline_stage(pipeline, "a");
	const struct stage_config *b = pipeline_stage(pipeline, "b");
	const struct stage_config *g = pipeline_stage(pipeline, "g");

	(void)state;
	assert_string_equal(pipeline->socket_group, "releases");
	assert_int_equal(pipeline->mode, MODE_DEPLOYMENT);
	assert_false(a->source);
	assert_string_equal(a->run, "a\n\tb");
	assert_string_equal(a->env.items[0].value, "1.50");
	assert_int_equal(a->grace_ms, 2000);
	assert_string_equal(a->environment, "p");
	assert_int_equal(a->report_count, 2);
	assert_string_equal(a->reports[1].format, "cmocka");
	assert_string_equal(b->scan.format, "sarif");
	assert_int_equal(b->scan.fail_on, SEVERITY_LOW);
	assert_int_equal(b->scan.unknown, UNKNOWN_WARN);
	assert_int_equal(b->scan.ok_exit_count, 2);
	assert_int_equal(b->scan.findings_exit_count, 0);
	assert_int_equal(g->kind, STAGE_KIND_GATE);
	assert_int_equal(g->gate.required, 2);
	assert_string_equal(g->gate.excluded.items[0], "committer");
	assert_int_equal(g->gate.expires_ms, 2 * 24 * 3600 * 1000);
	assert_needs(pipeline, "g", "a b");
	pipeline_free(pipeline);
}

static void json_is_what_yaml_means(void **state)
{
	struct pipeline *pipeline = pipeline_of(
		"name: x\n"
		"stages:\n"
		"  c:\n"
		"    check:\n"
		"      url: https://127.0.0.1\n"
		"      requests:\n"
		"        - post: /\n"
		"          headers: {Accept: application/json}\n"
		"          timeout: 1s\n"
		"          json: {a: 1, b: '1', c: true, d: \"true\", e: ~, "
		"f: -1.5e3, g: 007, h: [x, {y: yes}], i: \"q\\\"\\\\\\n\", "
		"j: null, k: {}, l: 2026-11-20}\n"
		"          expect: {$: [], \"$.a[0].b\": text}\n");
	const struct request *request =
		&pipeline->stages[0].check.requests.items[0];

	(void)state;
	assert_string_equal(
		request->body,
		"{\"a\":1,\"b\":\"1\",\"c\":true,\"d\":\"true\",\"e\":null,"
		"\"f\":-1.5e3,\"g\":\"007\",\"h\":[\"x\",{\"y\":\"yes\"}],"
		"\"i\":\"q\\\"\\\\\\n\",\"j\":null,\"k\":{},"
		"\"l\":\"2026-11-20\"}");
	assert_string_equal(request->headers.items[0].key, "Accept");
	assert_string_equal(request->expect.items[0].value, "[]");
	assert_string_equal(request->expect.items[1].value, "\"text\"");
	assert_int_equal(request->timeout_ms, 1000);
	pipeline_free(pipeline);
}

static void byte_order_mark_is_passed_over(void **state)
{
	struct pipeline *pipeline =
		pipeline_of("\xef\xbb\xbfname: x\nstages: {a: {run: x}}\n");

	(void)state;
	assert_string_equal(pipeline->name, "x");
	assert_int_equal(pipeline->stages[0].place.line, 2);
	pipeline_free(pipeline);
}

static void implied_needs_are_the_ends_of_what_stands_above(void **state)
{
	struct pipeline *pipeline =
		pipeline_of("name: x\n"
			    "stages:\n"
			    "  a: {run: x, needs: []}\n"
			    "  b: {run: x, needs: [d]}\n" /* a stage below */
			    "  c: {run: x, needs: [a]}\n"
			    "  d: {run: x, needs: []}\n"
			    "  all: {run: x}\n"
			    "  e: {run: x, needs: []}\n"
			    "  end: {run: x}\n");

	(void)state;
	assert_needs(pipeline, "b", "d");
	assert_needs(pipeline, "all", "b c");
	assert_needs(pipeline, "end", "all e");
	pipeline_free(pipeline);
}

/* Every second stage starts at once; the others wait for all above. */
static void ten_thousand_stages_are_read_at_once(void **state)
{
	struct str text = STR_INIT;
	struct pipeline *pipeline;
	size_t edges = 0;
	clock_t start;

	(void)state;
	str_add(&text, "name: many\nstages:\n");
	for (int i = 0; i < 10000; i++)
		str_addf(&text, "  stage-%d:\n    run: ':'\n%s", i,
			 i % 2 ? "    needs: []\n" : "");
	start = clock(); /* of this process alone */
	pipeline = pipeline_of(text.data);
	/* 0.1 s on an idle machine; sanitizers and neighbours take more. */
	assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
	assert_int_equal(pipeline->stage_count, 10000);
	for (size_t i = 0; i < pipeline->stage_count; i++)
		edges += pipeline->stages[i].need_count;
	assert_true(edges < 10000);
	assert_needs(pipeline, "stage-9998", "stage-9996 stage-9997");
	pipeline_free(pipeline);
	str_release(&text);
}

static void mistakes_without_end_are_cut_off(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	struct str text = STR_INIT;
	struct str said = STR_INIT;
	clock_t start;

	(void)state;
	str_add(&text, "name: many\nstages:\n");
	for (int i = 0; i < 10000; i++)
		str_addf(&text, "  stage-%d: {run: x, needs: [stge-%dx]}\n", i,
			 i);
	start = clock(); /* of this process alone */
	assert_null(pipeline_parse(text.data, text.len, "f", &problems));
	problems_print(&problems, &said);
	/* Suggestions are what costs; without a bound this takes minutes. */
	assert_true(clock() - start < 40 * CLOCKS_PER_SEC);
	assert_int_equal(problems.count, PROBLEMS_LIMIT);
	assert_non_null(strstr(said.data, "only the first 1000"));
	problems_release(&problems);
	str_release(&text);
	str_release(&said);
}

/* Printing must not go through the line again for each of its problems. */
static void one_endless_line_is_printed_at_once(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	struct str text = STR_INIT;
	struct str said = STR_INIT;
	clock_t start;

	(void)state;
	str_add(&text, "{name: many, ");
	while (text.len < 3 << 20)
		str_addf(&text, "k%zu: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, ",
			 text.len);
	for (size_t i = 0; i < PROBLEMS_LIMIT; i++)
		str_addf(&text, "a%zu: *b, ", i);
	str_add(&text, "}");
	assert_null(pipeline_parse(text.data, text.len, "f", &problems));
	assert_int_equal(problems.count, PROBLEMS_LIMIT);
	assert_true(problems.items[0].column > 3 << 20);
	start = clock(); /* of this process alone */
	problems_print(&problems, &said);
	assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
	assert_non_null(strstr(said.data, "a999: *b, }"));
	problems_release(&problems);
	str_release(&text);
	str_release(&said);
}

static void too_large_a_file_is_refused_whole(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	size_t len = PIPELINE_FILE_LIMIT + 1;
	char *text = xmalloc(len);

	(void)state;
	memset(text, '\n', len);
	assert_null(pipeline_parse(text, len, "f", &problems));
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.items[0].line, 0);
	problems_release(&problems);
	free(text);
}

/* What a hostile file may cost is bounded, whatever it repeats. */
static void hostile_files_end_in_problems(void **state)
{
	static const char *const pieces[] = {
		"[",   "{",   "- ",   "? ",   "a: &a [x]\n", "k: v\n",
		"[a,", "\"",  "|\n ", "*a ",  "!a ",	     "---\n",
		"'",   "#\n", "\t",   "a: {", "%X\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct problems problems = PROBLEMS_INIT;
		struct str text = STR_INIT;
		struct str said = STR_INIT;

		while (text.len < 1 << 20)
			str_add(&text, pieces[i]);
		assert_null(
			pipeline_parse(text.data, text.len, "f", &problems));
		assert_true(problems.count > 0);
		problems_print(&problems, &said);
		assert_true(said.len < 1 << 20);
		problems_release(&problems);
		str_release(&text);
		str_release(&said);
	}
}

/* What a stage may name is what is read, and the other way round. */
static void every_format_of_reports_has_its_word(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	struct str said = STR_INIT;
	static const char wrong[] = "name: shop\nstages:\n  a: {run: x, scan: "
				    "{report: r, format: x}}\n";
	char *list;

	(void)state;
	for (const char *const *it = report_formats(); *it; it++) {
		enum report_kind kind = report_format_kind(*it);
		char *text = xasprintf(
			kind == REPORT_OF_FINDINGS
				? "name: shop\nstages:\n  a: {run: x, scan: "
				  "{report: r, format: %s}}\n"
				: "name: shop\nstages:\n  a: {run: x, "
				  "reports: {%s: r}}\n",
			*it);

		pipeline_free(pipeline_of(text));
		free(text);
	}
	assert_null(pipeline_parse(wrong, strlen(wrong), "signalbox.yaml",
				   &problems));
	problems_print(&problems, &said);
	list = strstr(said.data, "is none of: ");
	assert_non_null(list);
	*strchr(list, '\n') = '\0';
	list += strlen("is none of: ");
	for (char *word = strtok(list, ", "); word && !strchr(word, ';');
	     word = strtok(NULL, ", ")) {
		const char *const *it = report_formats();

		while (*it && strcmp(*it, word) != 0)
			it++;
		if (!*it)
			fail_msg("there is no format %s", word);
	}
	problems_release(&problems);
	str_release(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_has_its_head_and_people),
		cmocka_unit_test(example_has_its_environments),
		cmocka_unit_test(example_has_its_stages),
		cmocka_unit_test(example_has_its_needs_said_and_implied),
		cmocka_unit_test(example_has_its_requests),
		cmocka_unit_test(example_has_its_deployments),
		cmocka_unit_test(attached_haproxy_has_all_its_words),
		cmocka_unit_test(canary_without_steps_gets_weights_and_pauses),
		cmocka_unit_test(analysis_step_takes_over_what_it_does_not_say),
		cmocka_unit_test(stage_keys_all_arrive),
		cmocka_unit_test(every_format_of_reports_has_its_word),
		cmocka_unit_test(json_is_what_yaml_means),
		cmocka_unit_test(byte_order_mark_is_passed_over),
		cmocka_unit_test(
			implied_needs_are_the_ends_of_what_stands_above),
		cmocka_unit_test(ten_thousand_stages_are_read_at_once),
		cmocka_unit_test(mistakes_without_end_are_cut_off),
		cmocka_unit_test(one_endless_line_is_printed_at_once),
		cmocka_unit_test(too_large_a_file_is_refused_whole),
		cmocka_unit_test(hostile_files_end_in_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
