/* SPDX-License-Identifier: MIT */
/* An https server whose certificate nobody vouches for, and what a pipeline
 * file may say of that. */
#include "system/support.h"

#include "base/memory.h"
#include "support/secure.h"

struct peer {
	struct site *site;
	struct secure secure;
};

static int set_up(void **state)
{
	struct peer *it = xcalloc(1, sizeof(*it));
	void *site;

	if (site_set_up(&site) != 0)
		return -1;
	it->site = site;
	*state = it;
	return 0;
}

static int tear_down(void **state)
{
	struct peer *it = *state;
	void *site = it->site;

	secure_stop(&it->secure);
	free(it);
	return site_tear_down(&site);
}

#define TLS(until, reviewer)                                                  \
	"\n      tls:\n        verify: false\n        reason: the lab's own " \
	"authority\n        owner: ana\n        until: " until reviewer "\n"
#define REVIEWED "\n        reviewer: lee"

static void check_with(struct peer *it, const char *tls)
{
	char *text = xasprintf("name: shop\nstages:\n  smoke:\n    check:\n"
			       "      url: \"https://127.0.0.1:%d\"%s\n"
			       "      requests: [{get: /, contains: Cipher}]\n",
			       it->secure.port, tls);

	site_pipeline(it->site, text);
	site_commit(it->site, "a commit");
	free(text);
}

static void certificate_that_nobody_vouches_for_is_red(void **state)
{
	struct peer *it = *state;

	secure_start(&it->secure, it->site->folder);
	check_with(it, "");
	assert_int_equal(site_call(it->site, "run", NULL), 1);
	assert_says(it->site->out, "certificate");
	assert_says_not(it->site->out, "is not verified");
}

static void excepted_it_is_green_and_everybody_is_told(void **state)
{
	struct peer *it = *state;
	struct site *site = it->site;

	secure_start(&it->secure, site->folder);
	check_with(it, TLS("2999-12-31", REVIEWED));
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out,
		    "smoke: the certificate is not verified; allowed by ana "
		    "until 2999-12-31, reviewer lee: the lab's own "
		    "authority");
	assert_int_equal(site_call(site, "log", "1", "smoke", NULL), 0);
	assert_says(site->out, "signalbox: smoke: the certificate is not "
			       "verified; allowed by ana");
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "active     signalbox.yaml:6 tls in smoke: "
			       "owner ana, reviewer lee, until 2999-12-31\n");
}

static void exception_that_is_over_or_unreviewed_is_red(void **state)
{
	struct peer *it = *state;
	struct site *site = it->site;

	secure_start(&it->secure, site->folder);
	check_with(it, TLS("2020-12-31", REVIEWED));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "smoke: the certificate is verified: ana "
			       "allowed any certificate until 2020-12-31");
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "expired    signalbox.yaml:6 tls in smoke");
	check_with(it, TLS("2999-12-31", ""));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "ana allowed any certificate, but nobody "
			       "reviewed that");
	check_with(it, TLS("2999-12-31", "\n        reviewer: "
					 "ana@example.org"));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "and reviewed that alone");
	/* Whose address committed it, by another name than the owner's. */
	check_with(it, TLS("2999-12-31", REVIEWED) "      # more\n");
	site_shell(site, site->repository,
		   "sed -i 's/owner: ana/owner: joe/; s/lee/ana/' "
		   "signalbox.yaml && git commit -qam more");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "joe allowed any certificate, but that was "
			       "written by its reviewer");
}

/* openssl answers no POST: that it is asked at all says that it is believed. */
static void notice_goes_where_it_is_excepted(void **state)
{
	struct peer *it = *state;
	struct site *site = it->site;
	char *text;

	secure_start(&it->secure, site->folder);
	text = xasprintf(
		"name: shop\nstages: {t: {run: 'true', source: none}}\n"
		"notify:\n  - {on: [run.started], timeout: 1s, post: "
		"\"https://127.0.0.1:%d\"}\n"
		"  - {on: [run.started], timeout: 1s, post: "
		"\"https://127.0.0.1:%d\", tls: {verify: false, reason: ours, "
		"owner: ana, reviewer: lee, until: 2999-12-31}}\n",
		it->secure.port, it->secure.port);
	site_pipeline(site, text);
	site_commit(site, "a commit");
	free(text);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "notice 2: the certificate is not verified; "
			       "allowed by ana until 2999-12-31");
	assert_says(site->out, "notice 1 is not delivered: 127.0.0.1:");
	assert_says(site->out, " cannot be reached");
	assert_says(site->out, "notice 2 is not delivered: 127.0.0.1:");
	assert_says(site->out, " did not answer in time");
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "tls in notice 2: owner ana");
}

#define OURS "tls: {verify: false, reason: ours, owner: ana, until: 2999-12-31}"

static void exceptions_of_metrics_and_environments_are_listed(void **state)
{
	struct peer *it = *state;
	struct site *site = it->site;

	site_pipeline(site,
		      "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "    url: https://shop.example.org\n"
		      "stages:\n" SITE_BUILD "  production:\n    deploy:\n"
		      "      environment: production\n"
		      "      strategy: canary\n      analysis:\n"
		      "        metrics:\n          - {name: queue, query: up, "
		      "limit: '< 1', prometheus: \"https://p\", " OURS "}\n"
		      "  after:\n    check: {environment: production, " OURS
		      ", requests: [{get: /}]}\n");
	site_commit(site, "a commit");
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "unreviewed signalbox.yaml:15 tls in metric "
			       "queue of production: owner ana, reviewer "
			       "nobody, until 2999-12-31; it has no reviewer");
	assert_says(site->out, "unreviewed signalbox.yaml:17 tls in after: ");
}

#define DELIVERY                                                             \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" SITE_BUILD \
	"  production:\n    deploy:\n"                                       \
	"      environment: production\n"

static void deliver(struct site *site, const char *more, const char *bug)
{
	char *text = xasprintf(DELIVERY "%s", more);

	site_pipeline(site, text);
	site_write(site, "bug", bug);
	site_commit(site, "a commit");
	free(text);
}

/* openssl answers with a page, which is no number: but it was asked. */
static void metric_is_asked_where_it_is_excepted(void **state)
{
	struct peer *it = *state;
	struct site *site = it->site;
	struct process *run;
	char *text;

	secure_start(&it->secure, site->folder);
	deliver(site, "", "0\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	text = xasprintf(
		"      strategy: canary\n"
		"      steps: [{weight: 50%%}, {pause: 400ms}, {weight: "
		"100%%}]\n"
		"      analysis:\n        every: 300ms\n"
		"        metrics:\n          - {name: queue, query: up, "
		"limit: '< 1', prometheus: \"https://127.0.0.1:%d\", "
		"tls: {verify: false, reason: ours, owner: ana, "
		"reviewer: lee, until: 2999-12-31}}\n",
		it->secure.port);
	deliver(site, text, "0 \n");
	free(text);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "could not measure queue: Prometheus "
				"answered 200");
	assert_says(run->out.data, "metric queue of production: the "
				   "certificate is not verified; allowed by "
				   "ana until 2999-12-31");
	assert_int_equal(site_call(site, "cancel", "2", NULL), 0);
	assert_int_equal(process_await(run), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(certificate_that_nobody_vouches_for_is_red),
		TEST(excepted_it_is_green_and_everybody_is_told),
		TEST(exception_that_is_over_or_unreviewed_is_red),
		TEST(notice_goes_where_it_is_excepted),
		TEST(metric_is_asked_where_it_is_excepted),
		TEST(exceptions_of_metrics_and_environments_are_listed),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
