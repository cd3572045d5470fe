/* SPDX-License-Identifier: MIT */
/* What is believed of who answers by https. */
#include "support/folder.h"

#include <string.h>

#include "net/http.h"
#include "support/secure.h"

struct answer {
	int status; /* 0: none */
	char *error;
	bool is_there;
};

static void done(const struct http_response *response, const struct error *err,
		 void *data)
{
	struct answer *answer = data;

	answer->is_there = true;
	answer->status = response ? response->status : 0;
	answer->error = err ? xstrdup(error_text(err)) : NULL;
}

static struct answer ask(const struct secure *secure, bool any_certificate)
{
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("https://127.0.0.1:%d/", secure->port);
	struct answer answer = {.status = 0};
	struct loop *loop = loop_new();
	struct http *http;

	assert_int_equal(net_init(NULL), 0);
	http = http_new(loop);
	request.url = url;
	request.any_certificate = any_certificate;
	http_start(http, &request, done, &answer);
	while (!answer.is_there)
		loop_turn(loop, -1);
	http_free(http);
	loop_free(loop);
	net_cleanup();
	free(url);
	return answer;
}

static void certificate_is_verified_unless_it_is_asked_not_to_be(void **state)
{
	struct secure secure = {.pid = 0};
	struct answer strict, lax, again;

	secure_start(&secure, *state);
	strict = ask(&secure, false);
	lax = ask(&secure, true);
	again = ask(&secure, false);
	secure_stop(&secure);
	assert_int_equal(strict.status, 0);
	assert_non_null(strstr(strict.error, "certificate"));
	assert_int_equal(lax.status, 200);
	assert_int_equal(again.status, 0);
	free(strict.error);
	free(again.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(
			certificate_is_verified_unless_it_is_asked_not_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
