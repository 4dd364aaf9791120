/*
 * A floor participant, or a floor control server, on the BFCP of libre (Debian: libre-dev): another's code than ours, for tests.
 *
 *   bfcp-participant OUR_PORT CONFERENCE USER FLOOR
 *
 * Commands on stdin, one per line: hello, query, request, release ID, goodbye as participant; grant, revoke, show USER as server,
 * whose one floor request is number 5; quit. On stdout "port PORT", then one line for each message that comes: its primitive and,
 * where there is a floor request in it, its number, its overall status and its user; errors as "Error CODE".
 */
/* What libre itself was built with (its re.mk); its headers depend on them. */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <re/re.h>

#define MANDATORY(type) ((type) | BFCP_MANDATORY)

static struct bfcp_conn *conn;
static struct sa other;
static uint32_t conference;
static uint16_t user, floor_id;

static void tell(const struct bfcp_msg *msg)
{
	const struct bfcp_attr *info = bfcp_msg_attr(msg, BFCP_FLOOR_REQ_INFO);
	const struct bfcp_attr *error = bfcp_msg_attr(msg, BFCP_ERROR_CODE);
	const struct bfcp_attr *overall, *status, *who;

	re_printf("%s", bfcp_prim_name(msg->prim));
	if (error)
		re_printf(" %d", error->v.errcode.code);
	if (info) {
		overall = bfcp_attr_subattr(info, BFCP_OVERALL_REQ_STATUS);
		status = overall ? bfcp_attr_subattr(overall, BFCP_REQUEST_STATUS) : NULL;
		who = bfcp_attr_subattr(info, BFCP_BENEFICIARY_INFO);
		re_printf(" %u %s user %u", info->v.floorreqid,
			  status ? bfcp_reqstatus_name(status->v.reqstatus.status) : "?", who ? who->v.beneficiaryid : 0);
	}
	re_printf("\n");
	fflush(stdout);
}

/* The answer to a request of ours, or the lack of one. */
static void on_answer(int err, const struct bfcp_msg *msg, void *arg)
{
	(void)arg;
	if (err || !msg) {
		re_printf("unanswered %d\n", err);
		fflush(stdout);
		return;
	}
	tell(msg);
}

static uint16_t request_id = 5;

/* FLOOR-REQUEST-INFORMATION of request 5 in this state, as three arguments of an attribute each. */
#define REQUEST(status, beneficiary)                                                                                           \
	MANDATORY(BFCP_FLOOR_REQ_INFO), 2, &request_id, MANDATORY(BFCP_OVERALL_REQ_STATUS), 1, &request_id,                    \
		MANDATORY(BFCP_REQUEST_STATUS), 0, (status), MANDATORY(BFCP_BENEFICIARY_INFO), 0, (beneficiary)

static int answer_status(const struct bfcp_msg *msg, enum bfcp_reqstat state)
{
	struct bfcp_reqstatus status = {state, 0};
	return bfcp_reply(conn, msg, BFCP_FLOOR_REQUEST_STATUS, 1, REQUEST(&status, &user));
}

/* Acknowledges what a server says by itself; answers a participant as a server that decides by command. */
static void on_message(const struct bfcp_msg *msg, void *arg)
{
	(void)arg;
	tell(msg);
	switch (msg->prim) {
	case BFCP_FLOOR_REQUEST_STATUS:
		(void)bfcp_reply(conn, msg, BFCP_FLOOR_REQ_STATUS_ACK, 0);
		break;
	case BFCP_FLOOR_STATUS:
		(void)bfcp_reply(conn, msg, BFCP_FLOOR_STATUS_ACK, 0);
		break;
	case BFCP_GOODBYE:
		(void)bfcp_reply(conn, msg, BFCP_GOODBYE_ACK, 0);
		break;
	case BFCP_HELLO:
		(void)bfcp_reply(conn, msg, BFCP_HELLO_ACK, 0);
		break;
	case BFCP_FLOOR_QUERY:
		(void)bfcp_reply(conn, msg, BFCP_FLOOR_STATUS, 1, MANDATORY(BFCP_FLOOR_ID), 0, &floor_id);
		break;
	case BFCP_FLOOR_REQUEST:
		(void)answer_status(msg, BFCP_PENDING);
		break;
	case BFCP_FLOOR_RELEASE:
		(void)answer_status(msg, BFCP_RELEASED);
		break;
	default:
		break;
	}
}

static void notify_status(enum bfcp_reqstat state)
{
	struct bfcp_reqstatus status = {state, 0};
	(void)bfcp_notify(conn, &other, BFCP_VER2, BFCP_FLOOR_REQUEST_STATUS, conference, user, 1, REQUEST(&status, &user));
}

static void notify_floor(uint16_t who)
{
	struct bfcp_reqstatus status = {BFCP_GRANTED, 0};
	if (who)
		(void)bfcp_notify(conn, &other, BFCP_VER2, BFCP_FLOOR_STATUS, conference, user, 2, MANDATORY(BFCP_FLOOR_ID), 0,
				  &floor_id, REQUEST(&status, &who));
	else
		(void)bfcp_notify(conn, &other, BFCP_VER2, BFCP_FLOOR_STATUS, conference, user, 1, MANDATORY(BFCP_FLOOR_ID), 0,
				  &floor_id);
}

static int say(enum bfcp_prim prim, enum bfcp_attrib attribute, uint16_t id)
{
	if (!attribute)
		return bfcp_request(conn, &other, BFCP_VER2, prim, conference, user, on_answer, NULL, 0);
	return bfcp_request(conn, &other, BFCP_VER2, prim, conference, user, on_answer, NULL, 1, MANDATORY(attribute), 0, &id);
}

static void on_command(int flags, void *arg)
{
	char line[64];
	ssize_t length = read(STDIN_FILENO, line, sizeof(line) - 1);
	(void)flags;
	(void)arg;

	if (length <= 0) {
		re_cancel();
		return;
	}
	line[length] = '\0';
	if (!strncmp(line, "hello", 5))
		(void)say(BFCP_HELLO, 0, 0);
	else if (!strncmp(line, "query", 5))
		(void)say(BFCP_FLOOR_QUERY, BFCP_FLOOR_ID, floor_id);
	else if (!strncmp(line, "request", 7))
		(void)say(BFCP_FLOOR_REQUEST, BFCP_FLOOR_ID, floor_id);
	else if (!strncmp(line, "release", 7))
		(void)say(BFCP_FLOOR_RELEASE, BFCP_FLOOR_REQUEST_ID, (uint16_t)atoi(line + 7));
	else if (!strncmp(line, "goodbye", 7))
		(void)say(BFCP_GOODBYE, 0, 0);
	else if (!strncmp(line, "grant", 5))
		notify_status(BFCP_GRANTED);
	else if (!strncmp(line, "revoke", 6))
		notify_status(BFCP_REVOKED);
	else if (!strncmp(line, "show", 4))
		notify_floor((uint16_t)atoi(line + 4));
	else
		re_cancel();
}

int main(int argc, char *argv[])
{
	struct sa local;

	if (argc != 5)
		return 2;
	conference = (uint32_t)strtoul(argv[2], NULL, 10);
	user = (uint16_t)atoi(argv[3]);
	floor_id = (uint16_t)atoi(argv[4]);
	if (libre_init() || sa_set_str(&other, "127.0.0.1", (uint16_t)atoi(argv[1])) || sa_set_str(&local, "127.0.0.1", 0))
		return 1;
	if (bfcp_listen(&conn, BFCP_UDP, &local, NULL, on_message, NULL) || fd_listen(STDIN_FILENO, FD_READ, on_command, NULL))
		return 1;
	if (udp_local_get(bfcp_sock(conn), &local))
		return 1;
	re_printf("port %u\n", sa_port(&local));
	fflush(stdout);
	(void)re_main(NULL);
	fd_close(STDIN_FILENO);
	mem_deref(conn);
	libre_close();
	return 0;
}
