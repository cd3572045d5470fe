/* SPDX-License-Identifier: MIT */
#include "system/liar.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "support/cmocka.h"

/* `show servers state`: HAProxy's management guide, 9.3, and what 2.8.9 and a
 * 3.0 printed in public repositories; the last five came with 2.4. */
#define STATE_2_2                                                          \
	"be_id be_name srv_id srv_name srv_addr srv_op_state "             \
	"srv_admin_state srv_uweight srv_iweight "                         \
	"srv_time_since_last_change srv_check_status srv_check_result "    \
	"srv_check_health srv_check_state srv_agent_state bk_f_forced_id " \
	"srv_f_forced_id srv_fqdn srv_port srvrecord"
#define STATE_2_4                                               \
	STATE_2_2 " srv_use_ssl srv_check_port srv_check_addr " \
		  "srv_agent_addr srv_agent_port"
/* `show stat`: the guide, 9.1; what 2.5.5, a 2.8 and a 3.0 printed; and the
 * table of columns in HAProxy's src/stats-proxy.c. */
#define STAT_COMMON                                                         \
	"pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,"  \
	"ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,"       \
	"chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,"       \
	"tracked,type,rate,rate_lim,rate_max,check_status,check_code,"      \
	"check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,"      \
	"hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,"       \
	"srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,"    \
	"last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,"         \
	"agent_duration,check_desc,agent_desc,check_rise,check_fall,"       \
	"check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode," \
	"algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew," \
	"connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,"         \
	"qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,"       \
	"safe_conn_cur,used_conn_cur,need_conn_est"
#define STAT_SSL ",-,ssl_sess,ssl_reused_sess,ssl_failed_handshake,"
#define STAT_2_8                                  \
	STAT_COMMON ",uweight,agg_server_status," \
		    "agg_server_check_status,agg_check_status"
#define STAT_3_0                                                       \
	STAT_2_8 ",srid,sess_other,h1sess,h2sess,h3sess,req_other,"    \
		 "h1req,h2req,h3req,proto" STAT_SSL "quic_rxbuf_full," \
		 "quic_dropped_pkt,h1_open_connections,h1_open_streams"

const struct liar_shape liar_2_2 = {"2.2.9-2+deb11u6", STATE_2_2, STAT_COMMON};
const struct liar_shape liar_2_4 = {"2.4.22-0ubuntu0.22.04.3", STATE_2_4,
				    STAT_COMMON ",uweight" STAT_SSL};
const struct liar_shape liar_2_8 = {"2.8.9-1842fd0", STATE_2_4,
				    STAT_2_8 STAT_SSL};
const struct liar_shape liar_3_0 = {"3.0.2-a45a8e6", STATE_2_4, STAT_3_0};
const struct liar_shape liar_backwards = {
	"3.9-dev1",
	"new srv_uweight srv_port srv_op_state srv_name srv_iweight "
	"srv_admin_state be_name be_id",
	"pxname,new,uweight,ttime,mode,algo,status,scur,req_tot,hrsp_5xx,qcur,"
	"wretr,wredis,eresp,econ,svname",
};

static const char *const names[] = {"blue", "green"};

struct cell {
	const char *column;
	char text[24];
};

/* A row in the order of the columns; what is not told is `unknown`. */
static void add_row(struct str *out, const char *columns, char separator,
		    const char *unknown, const struct cell *cells, size_t count)
{
	for (const char *at = columns; *at;) {
		size_t len = strcspn(at, (char[]){separator, '\0'});
		const char *text = unknown;

		for (size_t i = 0; i < count; i++)
			if (strlen(cells[i].column) == len &&
			    strncmp(cells[i].column, at, len) == 0)
				text = cells[i].text;
		str_add(out, text);
		at += len;
		if (*at)
			str_add_char(out, *at++);
	}
	str_add_char(out, '\n');
}

static void add_state(struct str *out, const struct liar_shape *shape,
		      struct liar_mind *mind)
{
	str_addf(out, "1\n# %s\n", shape->state);
	for (int i = 0; i < 2; i++) {
		struct cell cells[] = {
			{"be_id", "3"},		  {"be_name", "shop"},
			{"srv_id", ""},		  {"srv_name", ""},
			{"srv_uweight", ""},	  {"srv_op_state", "2"},
			{"srv_addr", "127.0.0.1"}};

		snprintf(cells[2].text, sizeof(cells[2].text), "%d", i + 1);
		snprintf(cells[3].text, sizeof(cells[3].text), "%s", names[i]);
		snprintf(cells[4].text, sizeof(cells[4].text), "%d",
			 atomic_load(&mind->weights[i]));
		add_row(out, shape->state, ' ', "0", cells, ARRAY_SIZE(cells));
	}
}

static void add_stat(struct str *out, const struct liar_shape *shape,
		     struct liar_mind *mind)
{
	str_addf(out, "# %s\n", shape->stat);
	for (int i = 0; i < 3; i++) {
		struct cell cells[] = {
			{"pxname", "shop"}, {"svname", ""},
			{"uweight", ""},    {"req_tot", "70"},
			{"hrsp_5xx", "0"},  {"scur", "3"},
			{"status", "UP"},   {"mode", "http"},
			{"ttime", "12"},    {"algo", "roundrobin"}};

		snprintf(cells[1].text, sizeof(cells[1].text), "%s",
			 i < 2 ? names[i] : "BACKEND");
		if (i < 2)
			snprintf(cells[2].text, sizeof(cells[2].text), "%d",
				 atomic_load(&mind->weights[i]));
		add_row(out, shape->stat, ',', "", cells, ARRAY_SIZE(cells));
	}
}

static void set_weight(const char *command, struct liar_mind *mind)
{
	int way = atomic_load(&mind->way);
	char name[16];
	int weight;

	if (way == LIAR_FORGETS || way == LIAR_STOPS ||
	    sscanf(command, "set weight shop/%15s %d", name, &weight) != 2)
		return;
	for (int i = 0; i < 2; i++)
		if (strcmp(name, names[i]) == 0)
			atomic_store(&mind->weights[i], weight);
}

/* Each answer ends with an empty line. */
static void answer_command(struct str *out, const char *command,
			   const struct liar_shape *shape,
			   struct liar_mind *mind)
{
	if (strcmp(command, "show info") == 0)
		str_addf(out,
			 "Name: HAProxy\nVersion: %s\nRelease_date: "
			 "2024/06/14\nNbthread: 2\nNbproc: 1\nProcess_num: "
			 "1\nPid: %ld\nUptime: 0d 0h00m10s\nUptime_sec: "
			 "10\nStopping: 0\n",
			 shape->version, (long)getpid());
	else if (strcmp(command, "show cli level") == 0)
		str_add(out, "admin\n");
	else if (starts_with(command, "show servers state"))
		add_state(out, shape, mind);
	else if (starts_with(command, "show stat"))
		add_stat(out, shape, mind);
	else
		set_weight(command, mind);
	str_add_char(out, '\n');
}

static void answer_line(int fd, char *line, const struct liar_shape *shape,
			struct liar_mind *mind)
{
	static const char babble[] = "\x7f\x01\xff\xfe 1 # be_id\r\r\x1b[2J";
	struct str out = STR_INIT;
	char *saved = NULL;

	line[strcspn(line, "\n")] = '\0';
	for (char *command = strtok_r(line, ";", &saved); command;
	     command = strtok_r(NULL, ";", &saved))
		answer_command(&out, command + strspn(command, " "), shape,
			       mind);
	switch (atomic_load(&mind->way)) {
	case LIAR_BABBLES:
		(void)!write(fd, babble, sizeof(babble));
		break;
	case LIAR_STOPS:
		(void)!write(fd, out.data, out.len / 2);
		break;
	case LIAR_CLOSES:
	case LIAR_WEDGED:
		break;
	default:
		(void)!write(fd, out.data, out.len);
	}
	str_release(&out);
}

static _Noreturn void serve(int listener, const struct liar_shape *shape,
			    struct liar_mind *mind)
{
	char line[4096];

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		ssize_t len = 0, got = 1;
		int way;

		while (fd >= 0 && got > 0 && !memchr(line, '\n', (size_t)len)) {
			got = read(fd, line + len,
				   sizeof(line) - 1 - (size_t)len);
			len += got > 0 ? got : 0;
		}
		line[len] = '\0';
		way = atomic_load(&mind->way);
		/* Those that are for ever are closed by our end. */
		if (len > 0 && way != LIAR_WEDGED)
			answer_line(fd, line, shape, mind);
		if (fd >= 0 && way != LIAR_WEDGED && way != LIAR_STOPS)
			close(fd);
	}
}

void liar_start(struct liar *liar, const char *path,
		const struct liar_shape *shape)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	liar->mind = mmap(NULL, sizeof(*liar->mind), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(liar->mind != MAP_FAILED);
	atomic_store(&liar->mind->weights[0], 256);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
		bind(listener, (struct sockaddr *)&address, sizeof(address)),
		0);
	assert_int_equal(listen(listener, 16), 0);
	liar->pid = fork();
	assert_true(liar->pid >= 0);
	if (liar->pid == 0)
		serve(listener, shape, liar->mind);
	close(listener);
}

void liar_end(struct liar *liar)
{
	if (liar->pid <= 0)
		return;
	kill(liar->pid, SIGKILL);
	while (waitpid(liar->pid, NULL, 0) < 0 && errno == EINTR)
		;
	munmap(liar->mind, sizeof(*liar->mind));
	liar->pid = 0;
}
