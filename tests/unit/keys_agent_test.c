/* The agent: when it forgets, by a clock of the test's own, and whom it
 * answers. */
#include "ehr/keys.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test.h"

#define MINUTE INT64_C(60000)

static struct ehr_err err;

/* Time that passes, and time that the machine slept. */
static int64_t awake, slept;

static int64_t test_clock(void *arg, clockid_t which)
{
	(void)arg;
	return which == CLOCK_BOOTTIME ? awake + slept : awake;
}

static struct agent *new_agent(void)
{
	struct agent *a;

	awake = 12345678;
	slept = 0;
	CHECK_INT(agent_new(&a, AGENT_IDLE, test_clock, NULL, &err), 0);
	return a;
}

/* One request over a socket; what was answered, -1: nothing. */
static int ask(struct agent *a, enum agent_op op, struct agent_msg *m)
{
	int fd[2], got;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	memcpy(m->magic, "ehr1", 4);
	m->op = (uint8_t)op;
	CHECK(send(fd[0], m, sizeof(*m), 0) == sizeof(*m));
	CHECK_INT(agent_serve(a, fd[1]), op == AGENT_STOP);
	close(fd[1]);
	got = recv(fd[0], m, sizeof(*m), MSG_WAITALL) == sizeof(*m) ? m->op :
	    -1;
	close(fd[0]);
	return got;
}

static struct agent_msg of_record(int record, int ring)
{
	struct agent_msg m = { .op = 0 };

	memset(m.record, record, sizeof(m.record));
	memset(m.ring, ring, sizeof(m.ring));
	return m;
}

static bool holds(struct agent *a, int record)
{
	struct agent_msg m = of_record(record, 0), want = of_record(0, record);
	int got = ask(a, AGENT_GET, &m);

	CHECK(got == AGENT_YES || got == AGENT_NO);
	CHECK(got == AGENT_NO ||
	    memcmp(m.ring, want.ring, sizeof(m.ring)) == 0);
	return got == AGENT_YES;
}

static void put(struct agent *a, int record)
{
	struct agent_msg m = of_record(record, record);

	CHECK_INT(ask(a, AGENT_PUT, &m), AGENT_YES);
}

TEST(forgets_after_fifteen_minutes)
{
	struct agent *a = new_agent();

	put(a, 1);
	awake += 14 * MINUTE + 59000;
	agent_tick(a);
	CHECK(holds(a, 1)); /* which was a use of it */
	awake += 14 * MINUTE + 59000;
	CHECK(holds(a, 1));
	awake += 15 * MINUTE + 1000;
	CHECK_INT(agent_tick(a), -1);
	CHECK(!holds(a, 1));
	agent_free(a);
}

/* It need not have been woken: the request itself comes too late. */
TEST(never_answers_too_late)
{
	struct agent *a = new_agent();

	put(a, 1);
	awake += 14 * MINUTE;
	put(a, 2);
	awake += MINUTE;
	CHECK(!holds(a, 1));
	CHECK(holds(a, 2));
	agent_free(a);
}

TEST(forgets_when_the_machine_slept)
{
	struct agent *a = new_agent();

	put(a, 1);
	CHECK(agent_tick(a) > 0);
	slept += 500; /* clocks are not read at the same instant */
	CHECK(holds(a, 1));
	slept += 2000;
	CHECK(!holds(a, 1));
	put(a, 1);
	CHECK(holds(a, 1));
	agent_free(a);
}

TEST(locks_one_or_all)
{
	struct agent *a = new_agent();
	struct agent_msg m;

	put(a, 1);
	put(a, 2);
	put(a, 3);
	m = of_record(2, 0);
	CHECK_INT(ask(a, AGENT_LOCK, &m), AGENT_YES);
	CHECK(holds(a, 1) && !holds(a, 2) && holds(a, 3));
	m = of_record(2, 0);
	CHECK_INT(ask(a, AGENT_LOCK, &m), AGENT_NO);
	m = of_record(0, 0);
	CHECK_INT(ask(a, AGENT_LOCK, &m), AGENT_YES);
	CHECK(!holds(a, 1) && !holds(a, 3));
	put(a, 1);
	m = of_record(0, 0);
	CHECK_INT(ask(a, AGENT_STOP, &m), AGENT_YES);
	CHECK(!holds(a, 1));
	agent_free(a);
}

TEST(status_tells_no_key)
{
	struct agent *a = new_agent();
	struct agent_msg m = of_record(0, 0);

	put(a, 1);
	awake += MINUTE;
	CHECK_INT(ask(a, AGENT_STATUS, &m), AGENT_YES);
	CHECK_INT(m.record[0], 1);
	CHECK_INT(m.left[2] << 8 | m.left[3], 14 * 60);
	for (size_t i = 0; i < sizeof(m.ring); i++)
		CHECK_INT(m.ring[i], 0);
	m.n = 1;
	CHECK_INT(ask(a, AGENT_STATUS, &m), AGENT_NO);
	m.n = 255;
	CHECK_INT(ask(a, AGENT_STATUS, &m), AGENT_NO);
	agent_free(a);
}

/* The one that was not used for longest makes room. */
TEST(keeps_so_many)
{
	struct agent *a = new_agent();

	for (int i = 1; i <= AGENT_MAX; i++, awake++)
		put(a, i);
	CHECK(holds(a, 1));
	put(a, 100);
	CHECK(holds(a, 1) && !holds(a, 2) && holds(a, 100));
	agent_free(a);
}

TEST(rubbish_is_not_answered)
{
	struct agent *a = new_agent();
	struct agent_msg m = of_record(1, 0);
	int fd[2];

	put(a, 1);
	CHECK_INT(ask(a, AGENT_YES, &m), -1);
	CHECK_INT(ask(a, 99, &m), -1);
	for (int cut = 0; cut < 2; cut++) {
		CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
		memcpy(m.magic, cut ? "ehr1" : "EHLO", 4);
		m.op = AGENT_GET;
		CHECK(send(fd[0], &m, sizeof(m) - (size_t)cut, 0) > 0);
		shutdown(fd[0], SHUT_WR);
		CHECK_INT(agent_serve(a, fd[1]), 0);
		close(fd[1]);
		CHECK(recv(fd[0], &m, sizeof(m), 0) <= 0);
		close(fd[0]);
	}
	CHECK(holds(a, 1));
	agent_free(a);
}

/* A socket made by a child that first became somebody else. */
static int socket_of(uid_t uid, gid_t gid, int *mine)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} ctl = { 0 };
	struct iovec one = { "", 1 };
	struct msghdr h = { .msg_iov = &one, .msg_iovlen = 1,
		.msg_control = &ctl, .msg_controllen = sizeof(ctl) };
	int way[2], pair[2], fd, status;
	char c;
	pid_t pid;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, way) == 0);
	pid = fork();
	if (pid == 0) {
		if (setegid(gid) != 0 || seteuid(uid) != 0 ||
		    socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
			_exit(1);
		ctl.head.cmsg_len = CMSG_LEN(sizeof(int));
		ctl.head.cmsg_level = SOL_SOCKET;
		ctl.head.cmsg_type = SCM_RIGHTS;
		for (int i = 0; i < 2; i++) {
			memcpy(CMSG_DATA(&ctl.head), &pair[i], sizeof(int));
			if (sendmsg(way[1], &h, 0) != 1)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		one.iov_base = &c;
		CHECK(recvmsg(way[0], &h, 0) == 1);
		memcpy(&fd, CMSG_DATA(&ctl.head), sizeof(int));
		if (i == 0)
			*mine = fd;
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	close(way[0]);
	close(way[1]);
	return fd;
}

TEST(answers_its_own_user_and_group_only)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		bool answered;
	} v[] = { { 65534, 0, false }, { 0, 65534, false }, { 0, 0, true } };
	struct agent *a;
	struct agent_msg m;
	int mine, its;

	if (geteuid() != 0 || getegid() != 0)
		SKIP("only root can be somebody else");
	a = new_agent();
	put(a, 1);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		its = socket_of(v[i].uid, v[i].gid, &mine);
		m = of_record(1, 0);
		memcpy(m.magic, "ehr1", 4);
		m.op = AGENT_GET;
		CHECK(send(mine, &m, sizeof(m), 0) == sizeof(m));
		agent_serve(a, its);
		close(its);
		CHECK_INT(recv(mine, &m, sizeof(m), MSG_WAITALL) ==
		    sizeof(m), v[i].answered);
		close(mine);
	}
	agent_free(a);
}

TEST(its_place)
{
	char dir[] = "/tmp/agent-test.XXXXXX";
	BUF_AUTO sock = BUF_INIT;
	struct agent_msg m = of_record(1, 0);
	bool alive = true;
	struct stat st;
	int fd, second;

	unsetenv("EHR_AGENT");
	unsetenv("XDG_RUNTIME_DIR");
	CHECK_INT(agent_listen(&fd, &err), EHR_EUSAGE);
	CHECK_INT(agent_ask(&m, AGENT_GET, &alive), 0);
	CHECK(!alive);
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_RUNTIME_DIR", dir, 1);
	CHECK(chmod(dir, 0777) == 0);
	CHECK_INT(agent_listen(&fd, &err), EHR_EUSAGE);
	CHECK(chmod(dir, 0700) == 0);
	CHECK_INT(agent_listen(&fd, &err), 0);
	CHECK(agent_path(&sock));
	CHECK(stat(sock.s, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(agent_listen(&second, &err), EHR_ENO);
	close(fd);
	CHECK_INT(agent_listen(&fd, &err), 0); /* in the place of a dead one */
	close(fd);
	unlink(sock.s);
	rmdir(dir);
}
