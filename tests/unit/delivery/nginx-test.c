/* SPDX-License-Identifier: MIT */
/* What is pure of the nginx provider, and the folder that steers it. */
#include "support/cmocka.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/traffic/nginx-config.h"
#include "delivery/traffic/nginx-log.h"
#include "delivery/traffic/nginx-steer.h"
#include "delivery/traffic/nginx-tail.h"

/* Lines. */

static void managed(struct nginx_log *log)
{
	*log = (struct nginx_log){
		.words = {"blue", "green"},
		.ports = {8081, 8091},
		.instances = 2,
		.by_port = true,
	};
}

static void line_is_counted_by_the_port_that_answered(void **state)
{
	static struct nginx_log log;
	struct traffic_sample sample = {0};

	(void)state;
	managed(&log);
	nginx_log_take(&log, "1763722980.125 0.025 200 "
			     "green_first|127.0.0.1:8092|200");
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_GREEN].requests, 1);
	assert_int_equal(sample.colours[COLOUR_GREEN].errors, 0);
	assert_int_equal(sample.colours[COLOUR_BLUE].requests, 0);
	assert_true(fabs(sample.colours[COLOUR_GREEN].recent.p99 - 25) < 0.3);
	assert_true(fabs(sample.colours[COLOUR_GREEN].mean - 25) < 0.001);
	assert_true(isnan(sample.colours[COLOUR_BLUE].mean));
	assert_true(sample.colours[COLOUR_GREEN].last_begun_us ==
		    1763722980100000);
	assert_int_equal(sample.failed, 0);
}

static void attempt_that_another_colour_took_over_is_a_retry(void **state)
{
	static struct nginx_log log;
	struct traffic_sample sample = {0};

	(void)state;
	managed(&log);
	nginx_log_take(&log,
		       "1763722980.125 0.025 200 "
		       "green_first|127.0.0.1:8091, 127.0.0.1:8081|502, 200");
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_GREEN].requests, 1);
	assert_int_equal(sample.colours[COLOUR_GREEN].errors, 1);
	assert_int_equal(sample.colours[COLOUR_GREEN].retries, 1);
	assert_int_equal(sample.colours[COLOUR_BLUE].requests, 1);
	assert_int_equal(sample.colours[COLOUR_BLUE].errors, 0);
	assert_int_equal(sample.failed, 0);
	assert_int_equal(sample.unanswered, 0);
}

static void errors_are_the_servers_or_nginxs_own(void **state)
{
	static struct nginx_log log;
	struct traffic_sample sample = {0};

	(void)state;
	managed(&log);
	nginx_log_take(&log,
		       "1763722980.125 0.001 500 blue|127.0.0.1:8081|500");
	nginx_log_take(&log,
		       "1763722980.125 0.001 502 blue|127.0.0.1:8081|502");
	nginx_log_take(&log, "1763722980.125 0.001 502 blue|signalbox_blue|-");
	nginx_log_take(&log, "1763722980.125 0.001 400 blue|-|-");
	nginx_log_take(&log, "1763722980.125 0.001 499 blue|127.0.0.1:8081|-");
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].requests, 3);
	assert_int_equal(sample.colours[COLOUR_BLUE].errors, 2);
	assert_int_equal(sample.failed, 1);
	assert_int_equal(sample.unanswered, 2);
}

static void preview_and_other_lines_count_nowhere(void **state)
{
	static const char *const lines[] = {
		"1763722980.125 0.001 200 preview_green|127.0.0.1:8091|200",
		"1763722980.125 0.001 200 elsewhere|127.0.0.1:8081|200",
		"2026/11/21 10:00:00 [emerg] 12#12: bind() failed",
		"1763722980.125 0.001 200 blue",
		"1763722980 0.001 200 blue|127.0.0.1:8081|200",
		"-1.000 0.001 200 blue|127.0.0.1:8081|200",
		"1763722980.125 0.001 2000 blue|127.0.0.1:8081|200",
		"1763722980.125 0.001 503 blue|",
		"|||",
		"",
	};
	static struct nginx_log log;
	struct traffic_sample sample = {0};

	(void)state;
	managed(&log);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		nginx_log_take(&log, lines[i]);
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].requests, 0);
	assert_int_equal(sample.colours[COLOUR_GREEN].requests, 0);
	assert_int_equal(sample.failed, 0);
}

static void attached_line_is_of_the_upstream_it_names(void **state)
{
	static struct nginx_log log = {.words = {"shop_blue", "shop_green"}};
	struct traffic_sample sample = {0};

	(void)state;
	nginx_log_take(&log, "1763722980.125 0.001 200 "
			     "shop_green|unix:/run/a, 10.0.0.7:80|504, 200");
	nginx_log_take(&log, "1763722980.125 0.001 502 shop_blue|shop_blue|-");
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_GREEN].requests, 2);
	assert_int_equal(sample.colours[COLOUR_GREEN].errors, 1);
	assert_int_equal(sample.colours[COLOUR_GREEN].retries, 1);
	assert_int_equal(sample.failed, 1);
}

static void mark_and_sample_begin_percentiles_anew(void **state)
{
	static struct nginx_log log;
	struct traffic_sample sample = {0};

	(void)state;
	managed(&log);
	nginx_log_take(&log,
		       "1763722980.125 0.025 200 blue|127.0.0.1:8081|200");
	nginx_log_sample(&log, &sample);
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].recent.requests, 0);
	assert_int_equal(sample.colours[COLOUR_BLUE].marked.requests, 1);
	nginx_log_mark(&log);
	nginx_log_sample(&log, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].marked.requests, 0);
	assert_int_equal(sample.colours[COLOUR_BLUE].requests, 1);
}

/* Configuration. */

static struct environment_config shop = {
	.name = "eu-west.1",
	.target = {.ports = {8081, 8091}, .instances = 2},
	.traffic = {.kind = TRAFFIC_NGINX,
		    .nginx = {.listen = "127.0.0.1:8080"}},
};

static void assert_refused(const struct nginx_place *place, const char *words)
{
	struct error err = ERROR_INIT;

	assert_int_equal(nginx_config_check(place, &err), -1);
	assert_non_null(strstr(error_text(&err), words));
	error_clear(&err);
}

static void managed_configuration_has_every_instance_and_no_weight(void **state)
{
	struct nginx_place place = {&shop, "/f", "/f/steer", "/run/s", NULL};
	struct str text = STR_INIT;
	char *socket;

	(void)state;
	assert_int_equal(nginx_config_check(&place, NULL), 0);
	nginx_config_managed(&place, &text);
	assert_non_null(strstr(text.data, "listen 127.0.0.1:8080;"));
	assert_non_null(strstr(text.data, "server 127.0.0.1:8082 max_fails=1 "
					  "fail_timeout=1s;\n"));
	assert_non_null(strstr(text.data, "server 127.0.0.1:8092 max_fails=1 "
					  "fail_timeout=1s backup;\n"));
	assert_non_null(strstr(text.data, "-e \"/f/steer/green/$"));
	assert_null(strstr(text.data, "weight"));
	assert_null(strstr(text.data, "preview"));
	assert_null(strstr(text.data, "\nuser "));
	socket = nginx_config_socket(text.data);
	assert_string_equal(socket, "/run/s");
	free(socket);
	str_release(&text);
}

static void generation_is_another_for_another_configuration(void **state)
{
	struct nginx_place place = {&shop, "/f", "/f/steer", "/run/s", NULL};
	char first[NGINX_GENERATION_LENGTH + 1];
	char second[NGINX_GENERATION_LENGTH + 1];
	struct str text = STR_INIT;

	(void)state;
	nginx_config_managed(&place, &text);
	nginx_config_told(text.data, first);
	assert_int_equal(strlen(first), NGINX_GENERATION_LENGTH);
	str_clear(&text);
	nginx_config_managed(&place, &text);
	nginx_config_told(text.data, second);
	assert_string_equal(first, second);
	str_clear(&text);
	place.user = "ana users";
	nginx_config_managed(&place, &text);
	nginx_config_told(text.data, second);
	assert_string_not_equal(first, second);
	str_release(&text);
}

static void preview_by_header_and_by_port(void **state)
{
	struct nginx_place place = {&shop, "/f", "/f/steer", "/run/s", NULL};
	struct str text = STR_INIT;

	(void)state;
	shop.preview.header = "X-Preview";
	shop.preview.listen = "127.0.0.1:8088";
	nginx_config_managed(&place, &text);
	shop.preview.header = shop.preview.listen = NULL;
	assert_non_null(strstr(text.data, "if ($http_x_preview != \"\")"));
	assert_non_null(strstr(text.data, "listen 127.0.0.1:8088;"));
	assert_non_null(
		strstr(text.data, "upstream signalbox_preview_green {"));
	str_release(&text);
}

static void attached_files_name_the_persons_upstreams(void **state)
{
	struct environment_config there = shop;
	struct nginx_place place = {&there, "/etc/n", "/etc/n/steer", NULL,
				    NULL};
	struct str text = STR_INIT;

	(void)state;
	there.traffic.nginx = (struct nginx_traffic){
		.folder = "/etc/n",
		.log = "/var/log/shop",
		.upstreams = {"shop_blue", "shop_green"},
	};
	nginx_config_http(&place, &text);
	assert_non_null(strstr(text.data, "log_format signalbox_eu_west_1 '"));
	str_clear(&text);
	nginx_config_server(&place, &text);
	assert_non_null(
		strstr(text.data, "set $signalbox_eu_west_1 shop_blue;"));
	assert_non_null(
		strstr(text.data, "set $signalbox_eu_west_1 shop_green;"));
	assert_non_null(strstr(text.data, "access_log \"/var/log/shop\" "
					  "signalbox_eu_west_1;"));
	assert_non_null(strstr(text.data, "location = /.well-known/"
					  "signalbox-eu-west.1 {"));
	str_release(&text);
}

static void what_nginx_would_read_otherwise_is_refused(void **state)
{
	struct environment_config there = shop;
	struct nginx_place place = {&there, "/f", "/f/steer", "/run/s", NULL};

	(void)state;
	place.folder = "/a$b";
	assert_refused(&place, "/a$b");
	place.folder = "/f";
	place.steer = "/a\"b";
	assert_refused(&place, "/a\"b");
	place.steer = "/f/steer";
	there.traffic.nginx.listen = "80; root /";
	assert_refused(&place, "listen");
	there.traffic.nginx.listen = NULL;
	there.traffic.nginx.upstreams[COLOUR_GREEN] = "a;b";
	assert_refused(&place, "green");
}

/* The folder. */

static char *new_folder(void)
{
	char *folder = xstrdup("/tmp/nginx-test-XXXXXX");

	assert_non_null(mkdtemp(folder));
	return folder;
}

static int count_buckets(const char *folder)
{
	int count = 0;

	for (int i = 0; i < NGINX_UNITS; i++) {
		char *path = xasprintf("%s/green/%02x", folder, (unsigned)i);

		count += access(path, F_OK) == 0;
		free(path);
	}
	return count;
}

static bool has_both(const char *folder)
{
	char *path = xasprintf("%s/green/both", folder);
	bool has = file_exists(path);

	free(path);
	return has;
}

static void weight_is_so_many_names(void **state)
{
	static const int weights[] = {0, 1, 64, 255, 256, 13, 64};
	char *folder = new_folder();
	struct error err = ERROR_INIT;
	int green = -1;

	(void)state;
	assert_int_equal(nginx_steer_prepare(folder, &err), 0);
	assert_int_equal(nginx_steer_read(folder, &green, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	for (size_t i = 0; i < ARRAY_SIZE(weights); i++) {
		assert_int_equal(nginx_steer_set(folder, weights[i], &err), 0);
		assert_int_equal(nginx_steer_read(folder, &green, &err), 0);
		assert_int_equal(green, weights[i]);
		assert_int_equal(count_buckets(folder), weights[i]);
		assert_int_equal(has_both(folder),
				 weights[i] > 0 && weights[i] < NGINX_UNITS);
	}
	assert_int_equal(nginx_steer_sync(folder, &err), 0);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(folder);
}

/* As on a disk that takes no further name. */
static void way_back_needs_no_new_link(void **state)
{
	char *folder = new_folder();
	char *taken = xasprintf("%s/green.%ld", folder, (long)getpid());
	struct error err = ERROR_INIT;
	int green = -1;

	(void)state;
	assert_int_equal(nginx_steer_prepare(folder, &err), 0);
	assert_int_equal(nginx_steer_set(folder, 64, &err), 0);
	assert_int_equal(mkdir(taken, 0700), 0);
	assert_int_equal(nginx_steer_set(folder, 0, &err), 0);
	assert_int_equal(nginx_steer_read(folder, &green, &err), 0);
	assert_int_equal(green, 0);
	assert_int_equal(nginx_steer_set(folder, NGINX_UNITS, &err), 0);
	assert_int_equal(nginx_steer_read(folder, &green, &err), 0);
	assert_int_equal(green, NGINX_UNITS);
	/* Used up until the next start; the reason is the first one. */
	assert_int_equal(nginx_steer_set(folder, 0, &err), -1);
	assert_non_null(strstr(error_text(&err), "File exists"));
	error_clear(&err);
	assert_int_equal(nginx_steer_prepare(folder, &err), 0);
	assert_int_equal(nginx_steer_set(folder, 0, &err), 0);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(taken);
	free(folder);
}

static void every_user_may_look_whatever_the_umask(void **state)
{
	char *folder = new_folder();
	char *file = xasprintf("%s/green/00", folder);
	char *units = xasprintf("%s/64", folder);
	mode_t before = umask(0077);
	struct stat st;

	(void)state;
	assert_int_equal(nginx_steer_prepare(folder, NULL), 0);
	assert_int_equal(nginx_steer_set(folder, 64, NULL), 0);
	umask(before);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_int_equal(stat(units, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(units);
	free(file);
	free(folder);
}

static void link_that_is_no_weight_is_told(void **state)
{
	char *folder = new_folder();
	char *path = path_join(folder, "green");
	struct error err = ERROR_INIT;
	int green;

	(void)state;
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(nginx_steer_read(folder, &green, &err), -1);
	assert_non_null(strstr(error_text(&err), "elsewhere"));
	error_clear(&err);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(path);
	free(folder);
}

static void remember(const char *line, void *data)
{
	str_addf(data, "%.20s;", line);
}

static void assert_read(struct nginx_tail *tail, const char *expected)
{
	struct str lines = STR_INIT;

	assert_int_equal(nginx_tail_read(tail, remember, &lines, NULL), 0);
	assert_string_equal(lines.data ? lines.data : "", expected);
	str_release(&lines);
}

/* As logrotate does it: the new file is there before nginx knows of it. */
static void a_rotated_log_is_read_to_its_end(void **state)
{
	char folder[] = "/tmp/signalbox-tail-XXXXXX";
	char *path = path_join(mkdtemp(folder), "log");
	char *rotated = path_join(folder, "log.1");
	struct nginx_tail tail;
	FILE *old, *new;

	(void)state;
	old = fopen(path, "w");
	fputs("before\n", old);
	fflush(old);
	nginx_tail_init(&tail, path);
	fputs("one\nha", old);
	fflush(old);
	assert_read(&tail, "one;");
	assert_int_equal(rename(path, rotated), 0);
	new = fopen(path, "w");
	assert_read(&tail, "");
	fputs("lf\ntwo\n", old);
	fflush(old);
	fputs("three\n", new);
	fflush(new);
	assert_read(&tail, "half;two;three;");
	assert_int_equal(ftruncate(fileno(new), 0), 0);
	assert_read(&tail, "");
	rewind(new);
	fputs("4\n", new);
	fflush(new);
	assert_read(&tail, "4;");
	fclose(old);
	fclose(new);
	nginx_tail_release(&tail);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(path);
	free(rotated);
}

/* What stands at its end must not pass for a line. */
static void a_line_without_end_is_none(void **state)
{
	char folder[] = "/tmp/signalbox-tail-XXXXXX";
	char *path = path_join(mkdtemp(folder), "log");
	struct nginx_tail tail;
	FILE *log;

	(void)state;
	nginx_tail_init(&tail, path);
	log = fopen(path, "w");
	for (int i = 0; i < 30; i++)
		fprintf(log, "%010000d", 0);
	fputs("forged\nhonest\n", log);
	fclose(log);
	assert_read(&tail, "honest;");
	nginx_tail_release(&tail);
	assert_int_equal(folder_remove(folder, NULL), 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_counted_by_the_port_that_answered),
		cmocka_unit_test(
			attempt_that_another_colour_took_over_is_a_retry),
		cmocka_unit_test(errors_are_the_servers_or_nginxs_own),
		cmocka_unit_test(preview_and_other_lines_count_nowhere),
		cmocka_unit_test(attached_line_is_of_the_upstream_it_names),
		cmocka_unit_test(mark_and_sample_begin_percentiles_anew),
		cmocka_unit_test(
			managed_configuration_has_every_instance_and_no_weight),
		cmocka_unit_test(
			generation_is_another_for_another_configuration),
		cmocka_unit_test(preview_by_header_and_by_port),
		cmocka_unit_test(a_rotated_log_is_read_to_its_end),
		cmocka_unit_test(a_line_without_end_is_none),
		cmocka_unit_test(attached_files_name_the_persons_upstreams),
		cmocka_unit_test(what_nginx_would_read_otherwise_is_refused),
		cmocka_unit_test(weight_is_so_many_names),
		cmocka_unit_test(way_back_needs_no_new_link),
		cmocka_unit_test(every_user_may_look_whatever_the_umask),
		cmocka_unit_test(link_that_is_no_weight_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
