/* mail.c - the sendmail interface: a program of the practice's, which takes
 * a message on its standard input and its addressee out of it (-t), and takes
 * no lone dot for the end (-i). No shell, nothing of the message in its
 * arguments. */
#include "ehr/setup.h"
#include "notify/child.h"
#include "notify/mail.h"
#include "notify/ways.h"

#include <stdlib.h>

enum { LEAVES_MAX = 4, TIMEOUT_S = 60 };

struct sendmail {
	struct arena mem;
	char *argv[CHILD_ARGUMENTS + 6];
	struct mail form; /* what all mails have in common */
	struct str leave[LEAVES_MAX];
	int timeout_ms;
};

static void arguments(struct sendmail *s, const struct setup_item *i)
{
	static char sender[] = "-f", addressee[] = "-t", dots[] = "-i";
	struct str bounce = setup_value(i, "bounce");
	size_t n = child_argv(&s->mem, i, s->argv);

	if (bounce.n) {
		s->argv[n++] = sender;
		s->argv[n++] = arena_strndup(&s->mem, bounce.s, bounce.n);
	}
	s->argv[n++] = addressee;
	s->argv[n++] = dots;
	s->argv[n] = NULL;
}

static int mail_open(void **self, const struct setup_item *i,
    struct ehr_err *e)
{
	struct sendmail *s = xcalloc(1, sizeof(*s));
	struct str v;

	(void)e;
	s->mem = ARENA_INIT;
	arguments(s, i);
	s->form.from = setup_value(i, "from");
	s->form.reply_to = setup_value(i, "reply-to");
	s->form.leave = s->leave;
	while (s->form.leaves < LEAVES_MAX &&
	    (v = setup_nth(i, "unsubscribe", s->form.leaves)).s)
		s->leave[s->form.leaves++] = v;
	s->timeout_ms = (int)setup_number(i, "timeout", TIMEOUT_S) * 1000;
	*self = s;
	return 0;
}

static int mail_send(void *self, const struct notify_message *msg,
    struct notify_result *r, struct ehr_err *e)
{
	struct sendmail *s = self;
	CHILD_END_AUTO end = CHILD_END_INIT;
	BUF_AUTO text = BUF_INIT;
	struct mail m = s->form;
	const char *why;
	int rc;

	m.to = msg->to;
	m.subject = msg->title;
	m.text = msg->text;
	m.language = msg->language;
	m.key = msg->key;
	m.now = clock_ms();
	if (!mail_write(&m, &text, &why)) {
		notify_result_set(r, NOTIFY_PERMANENT, why);
		return 0;
	}
	rc = child_run(&(struct child){ .argv = s->argv,
	    .input = buf_str(&text), .timeout_ms = s->timeout_ms }, &end, e);
	if (rc == 0)
		child_result(&end, r);
	return rc;
}

static void mail_close(void *self)
{
	struct sendmail *s = self;

	if (s)
		arena_release(&s->mem);
	free(s);
}

const struct notify_way notify_way_mail = { .kind = "mail",
	.open = mail_open, .send = mail_send, .close = mail_close };
