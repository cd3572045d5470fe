/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/model.h"

#define X49 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
#define X50 "x" X49

/* Type, fields, what is said; NULL: not worth a line. */
static const struct {
	const char *type, *fields, *says;
} cases[] = {
	{"stage.finished",
	 "\"stage\":\"unit\",\"outcome\":\"passed\",\"ms\":41000",
	 "unit finished: passed, 41 s"},
	{"stage.finished",
	 "\"stage\":\"unit\",\"outcome\":\"failed\",\"ms\":130000,"
	 "\"reason\":\"2 of 40 tests failed\"",
	 "unit finished: failed, 2:10: 2 of 40 tests failed"},
	{"run.started",
	 "\"run\":1,\"pipeline\":\"shop\",\"version\":\"v1\",\"commit\":"
	 "\"3f2a9c10\",\"person\":\"ana\"",
	 "run 1 started: shop v1 at 3f2a9c1, by ana"},
	{"run.started",
	 "\"run\":1,\"pipeline\":\"shop\",\"version\":\"3f2a9c1\","
	 "\"commit\":\"3f2a9c10\",\"person\":\"ana\"",
	 "run 1 started: shop 3f2a9c1, by ana"},
	{"traffic.changed",
	 "\"environment\":\"production\",\"from\":{\"blue\":100,\"green\":0},"
	 "\"to\":{\"blue\":95,\"green\":5},\"units\":{\"blue\":243,"
	 "\"green\":13},\"ms\":2",
	 "production: traffic green 0 -> 5.1 % (asked 5 %, 13 of 256) in 2 ms"},
	{"traffic.changed",
	 "\"environment\":\"production\",\"from\":{\"blue\":75,\"green\":25},"
	 "\"to\":{\"blue\":100,\"green\":0},\"units\":{\"blue\":256,"
	 "\"green\":0},\"ms\":6,\"failed\":1",
	 "production: traffic blue 75 -> 100 % in 6 ms, 1 request FAILED by "
	 "it"},
	{"preview.opened",
	 "\"environment\":\"production\",\"colour\":\"green\",\"version\":"
	 "\"v2\",\"header\":\"X-Preview\",\"listen\":\"*:8088\"",
	 "production: green can be looked at, v2: http://127.0.0.1:8088, or "
	 "with header X-Preview"},
	{"preview.closed",
	 "\"environment\":\"production\",\"colour\":\"green\"",
	 "production: green can not be looked at any more"},
	{"traffic.sampled", "\"environment\":\"production\"", NULL},
	{"log.grew", "\"stage\":\"unit\",\"bytes\":5", NULL},
	{"stage.ready", "\"stage\":\"unit\"", NULL},
	{"stage.ready", "\"stage\":\"unit\",\"reason\":\"waits for build\"",
	 "unit: waits for build"},
	{"stage.ready",
	 "\"stage\":\"live\",\"reason\":\"live is locked by ana: audit\"",
	 "live is locked by ana: audit"},
	{"stage.ready",
	 "\"stage\":\"live\",\"reason\":\"live: run 2 is before this one\"",
	 "live: run 2 is before this one"},
	{"stage.ready",
	 "\"stage\":\"live\",\"reason\":\"lively is locked by ana\"",
	 "live: lively is locked by ana"},
	{"stage.finished",
	 "\"stage\":\"live\",\"outcome\":\"cancelled\",\"reason\":"
	 "\"cancelled\",\"ms\":2000",
	 "live finished: cancelled, 2.0 s"},
	{"test.finished",
	 "\"stage\":\"unit\",\"name\":\"adds\",\"outcome\":\"failed\","
	 "\"message\":\"1 != 2\",\"file\":\"a.c\",\"line\":8",
	 "unit: FAIL adds: 1 != 2 (a.c:8)"},
	{"test.finished",
	 "\"stage\":\"unit\",\"name\":\"adds\",\"outcome\":\"failed\","
	 "\"file\":\"a.c\"",
	 "unit: FAIL adds (a.c)"},
	{"test.finished", "\"stage\":\"unit\",\"passed\":5", NULL},
	{"report.read",
	 "\"stage\":\"scan\",\"kind\":\"findings\",\"open\":5,\"high\":1,"
	 "\"low\":4,\"suppressed\":2,\"ok\":true",
	 "scan: 5 open findings (1 high, 4 low), 2 suppressed"},
	{"report.read",
	 "\"stage\":\"scan\",\"kind\":\"findings\",\"open\":1,\"low\":1,"
	 "\"suppressed\":3,\"excepted\":2,\"known\":4,\"not-fixable\":1,"
	 "\"ok\":true",
	 "scan: 1 open finding (1 low), 2 excepted, 1 suppressed"},
	{"report.read",
	 "\"stage\":\"html\",\"path\":\"h.json\",\"kind\":\"findings\","
	 "\"fresh\":false,\"ok\":false,\"reason\":\"a web page\"",
	 "html: h.json unread, does not hold: a web page"},
	{"report.read",
	 "\"stage\":\"html\",\"path\":\"h.json\",\"kind\":\"findings\","
	 "\"fresh\":false,\"ok\":false,\"reason\":\"h.json is a web page\"",
	 "html: unread, does not hold: h.json is a web page"},
	{"report.read",
	 "\"stage\":\"unit\",\"kind\":\"tests\",\"passed\":1204,\"failed\":2,"
	 "\"errors\":1,\"skipped\":3,\"ok\":false",
	 "unit: 1,204 tests passed, 2 failed, 3 skipped, does not hold"},
	{"report.read",
	 "\"stage\":\"infra\",\"kind\":\"changes\",\"adds\":2,\"changes\":1,"
	 "\"destroys\":1,\"replacements\":0,\"ok\":true",
	 "infra: 1 to DESTROY, 1 to change, 2 to add"},
	{"report.read",
	 "\"stage\":\"infra\",\"kind\":\"changes\",\"adds\":0,\"changes\":0,"
	 "\"destroys\":0,\"replacements\":0,\"ok\":true",
	 "infra: nothing to change"},
	{"report.read",
	 "\"stage\":\"hosts\",\"kind\":\"changes\",\"changed\":3,\"failed\":1,"
	 "\"unreachable\":1,\"hosts\":2,\"ok\":false",
	 "hosts: 3 changed on 2 hosts, 1 FAILED, 1 UNREACHABLE, does not hold"},
	{"report.read",
	 "\"stage\":\"unit\",\"kind\":\"coverage\",\"covered\":871,\"lines\":"
	 "1204,\"ok\":true",
	 "unit: 871 of 1,204 lines covered"},
	{"report.read",
	 "\"stage\":\"unit\",\"kind\":\"coverage\",\"path\":\"c.xml\","
	 "\"ok\":false,\"reason\":\"is not there\"",
	 "unit: c.xml, does not hold: is not there"},
	{"report.read",
	 "\"stage\":\"bom\",\"kind\":\"components\",\"components\":12,"
	 "\"license-unknown\":2,\"ok\":true",
	 "bom: 12 components, 2 without a licence"},
	{"report.read",
	 "\"stage\":\"infra\",\"kind\":\"changes\",\"path\":\"plan.json\","
	 "\"ok\":false,\"reason\":\"is empty\"",
	 "infra: plan.json, does not hold: is empty"},
	{"finding.found",
	 "\"stage\":\"scan\",\"id\":\"CVE-1\",\"severity\":\"high\","
	 "\"title\":\"overflow\",\"package\":\"libxml2\",\"installed\":\"2.9\","
	 "\"fixed\":\"3.0\"",
	 "scan: HIGH CVE-1 libxml2 2.9, fixed in 3.0: overflow"},
	{"finding.found", "\"id\":\"x\",\"severity\":\"low\"", NULL},
	{"finding.found",
	 "\"stage\":\"scan\",\"id\":\"x\",\"severity\":\"low\","
	 "\"title\":\"y\",\"blamed\":true",
	 "scan: LOW x: y"},
	{"finding.found",
	 "\"id\":\"x\",\"severity\":\"high\",\"state\":\"known\"", NULL},
	{"test.finished",
	 "\"stage\":\"u\",\"name\":\"a\",\"outcome\":\"failed\",\"message\":"
	 "\"" X50 X50 X50 X49 "\xc3\xa9 more\",\"file\":\"a.c\"",
	 "u: FAIL a: " X50 X50 X50 X49 "... (a.c)"},
	{"gate.opened",
	 "\"stage\":\"production\",\"required\":1,\"approvers\":[\"@rm\","
	 "\"lee\"],\"ships\":{\"commits\":6}",
	 "production waits for 1 approval of @rm, lee; 6 commits ship"},
	{"gate.voted",
	 "\"stage\":\"production\",\"vote\":\"approve\",\"person\":\"ana\","
	 "\"approvals\":1,\"required\":2,\"reason\":\"looks good\"",
	 "ana approved production (1 of 2): looks good"},
	{"gate.voted",
	 "\"stage\":\"production\",\"vote\":\"override\","
	 "\"person\":\"ana\",\"approvals\":0,\"required\":2,"
	 "\"reason\":\"nobody is awake\"",
	 "ana overrode the gate of production: nobody is awake"},
	{"gate.closed",
	 "\"stage\":\"production\",\"outcome\":\"rejected\",\"person\":\"lee\"",
	 "production: gate rejected by lee"},
	{"window.overridden",
	 "\"stage\":\"production\",\"environment\":\"production\","
	 "\"person\":\"ana\",\"reason\":\"the shop is down\"",
	 "production: ana overrides its windows: the shop is down"},
	{"deploy.planned",
	 "\"environment\":\"production\",\"strategy\":\"canary\",\"colour\":"
	 "\"green\",\"candidate\":{\"version\":\"v2\"},\"live\":{\"colour\":"
	 "\"blue\",\"version\":\"v1\"},\"steps\":[{},{}]",
	 "production: canary of v2 on green, 2 steps, beside v1 on blue"},
	{"target.healthy",
	 "\"environment\":\"production\",\"colour\":\"green\",\"ms\":400",
	 "production: green is healthy after 0.4 s"},
	{"analysis.judged",
	 "\"environment\":\"production\",\"verdict\":\"fail\",\"text\":"
	 "\"p99 over 1 s: 1st failure of 2\",\"failures\":1,\"allowed\":2",
	 "production: analysis fails: p99 over 1 s: 1st failure of 2"},
	{"analysis.judged",
	 "\"environment\":\"production\",\"verdict\":\"error\",\"text\":"
	 "\"no answer\",\"failures\":1,\"allowed\":2",
	 "production: analysis could not tell: no answer (1 of 2)"},
	{"analysis.judged",
	 "\"environment\":\"production\",\"verdict\":\"pass\"", NULL},
	{"rollback.started",
	 "\"environment\":\"production\",\"from\":\"v2\",\"to\":\"v1\","
	 "\"colour\":\"blue\",\"by\":\"analysis\"",
	 "production: ROLLING BACK v2 -> v1 on blue, by the analysis"},
	{"rollback.finished",
	 "\"environment\":\"production\",\"text\":\"back on blue in 6 ms\"",
	 "production: back on blue in 6 ms"},
	{"environment.locked",
	 "\"environment\":\"production\",\"person\":\"ana\","
	 "\"until\":\"2026-11-20T18:00:00Z\"",
	 "production locked by ana until 18:00:00"},
	{"environment.locked",
	 "\"environment\":\"production\",\"person\":\"ana\","
	 "\"until\":\"2026-11-27T14:00:00Z\",\"reason\":\"audit\"",
	 "production locked by ana until 2026-11-27 14:00: audit"},
	{"command.refused",
	 "\"person\":\"ana\",\"command\":\"approve\",\"target\":\"production\","
	 "\"why\":\"it has moved on\"",
	 "ana: approve production refused: it has moved on"},
	{"artifact.stored",
	 "\"stage\":\"build\",\"path\":\"shop.tgz\",\"bytes\":1258291,"
	 "\"digest\":\"0123456789abcdef\"",
	 "build: kept shop.tgz, 1.2 MiB, 0123456789ab"},
	{"step.started",
	 "\"stage\":\"production\",\"kind\":\"pause\",\"label\":\"holds 2:00\"",
	 "production: holds 2:00"},
	{"step.finished",
	 "\"stage\":\"production\",\"step\":\"check\",\"kind\":\"check\","
	 "\"outcome\":\"passed\",\"ms\":12",
	 "production: check passed, 12 ms"},
	{"never.heard", "\"a\":1", NULL},
};

static void every_kind_of_event_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str line = STR_INIT;
		struct event *event;
		char *text;

		str_addf(&line,
			 "{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\","
			 "\"event\":\"%s\",%s}",
			 cases[i].type, cases[i].fields);
		event = event_decode(line.data, line.len, NULL);
		assert_non_null(event);
		text = event_sentence(event);
		if (!cases[i].says)
			assert_null(text);
		else
			assert_string_equal(text, cases[i].says);
		free(text);
		event_free(event);
		str_release(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_event_has_its_sentence),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
