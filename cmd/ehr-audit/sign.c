/* sign.c - ehr-audit signer, checkpoint, witness, publish: heads of the log,
 * signed, where others see them. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "audit-tool.h"

static struct {
	const char *signer, *name;
	bool all;
} want;

#define SIGNER_OPT \
	{ "signer", 0, CLI_TEXT, 0, "FILE", "who signs (else $EHR_SIGNER)", \
	    &want.signer, 0, 0 }

const struct cli_opt audit_signer_opts[] = { SIGNER_OPT, { 0 } };

const struct cli_opt audit_signer_new_opts[] = {
	{ "name", 0, CLI_TEXT, 0, "NAME", "name of the log and its key, as "
	    "example.com/ehr (else one made up)", &want.name, 0, 0 },
	{ 0 },
};

const struct cli_opt audit_publish_opts[] = {
	SIGNER_OPT,
	{ "all", 'a', CLI_FLAG, 0, NULL, "look at the tiles published before, "
	    "too", &want.all, 0, 0 },
	{ 0 },
};

/* ---- the signer and the record, of one state ---- */

int audit_tool_signer(struct cli *c, const char *path, struct signer **s,
    struct ehr_err *e)
{
	if (path == NULL)
		path = getenv("EHR_SIGNER");
	if (path == NULL || *path == '\0')
		return cli_usage(c, e, "which log? (--signer FILE or "
		    "EHR_SIGNER; to verify, --key VKEY does)");
	return signer_open(s, path, e);
}

/* With the record, in a snapshot that continues what was signed last. */
static int begin(struct cli *c, struct signing *s, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = audit_tool_signer(c, want.signer, &s->signer, e);

	if (rc == 0)
		rc = access_store(&s->db, &opt, STORE_READ, e);
	if (rc == 0)
		rc = store_need(s->db, PERM_VERIFY, c->verb->name, e);
	if (rc == 0)
		rc = store_begin(s->db, STORE_SNAPSHOT, e);
	return rc < 0 ? rc : signer_check(s->signer, s->db, e);
}

void audit_tool_signed(struct signing *s)
{
	store_close(s->db);
	signer_close(&s->signer);
}

/* ---- signer ---- */

static int print_key(struct cli *c, const struct note_key *k, uint64_t size,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "key", PRINT_WHOLE },
		{ "size", PRINT_RIGHT } };
	BUF_AUTO text = BUF_INIT;
	struct printer *p;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	if (rc < 0)
		return rc;
	note_key_format(&text, k);
	print_text(p, buf_str(&text));
	print_int(p, (int64_t)size);
	return print_close(p, print_row(p, e), e);
}

/* The event is in the first head that is signed. */
static int make_signer(struct cli *c, struct access *a, const char *name,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev = access_event(a, AUDIT_CONFIG, "signer-new");
	uint8_t root[MERKLE_HASH];
	struct note_key key;
	uint64_t size = 0;
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc == 0)
		rc = audit_append(db, &ev, NULL, 0, NULL, e);
	if (rc == 0)
		rc = store_commit(db, e);
	if (rc == 0)
		rc = store_begin(db, STORE_SNAPSHOT, e);
	if (rc == 0)
		rc = signer_make(c->argv[0], name, db, &key, e);
	if (rc == 0)
		rc = audit_head(db, &size, root, e);
	return rc < 0 ? rc : print_key(c, &key, size, e);
}

int audit_signer_new(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	BUF_AUTO name = BUF_INIT;
	uint8_t id[UUID_LEN];
	char text[37];
	int rc;

	uuid4(id);
	uuid_format(id, text);
	if (want.name)
		buf_adds(&name, want.name);
	else
		buf_addf(&name, "ehr-log/%s", text);
	if (!note_name_valid(buf_str(&name)))
		return cli_usage(c, e, "--name: up to %d bytes without blanks "
		    "and plus signs", MAX_NOTE_NAME);
	rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_VERIFY, "signer", e);
	return rc < 0 ? rc : make_signer(c, &a, name.s, e);
}

int audit_signer_show(struct cli *c, struct ehr_err *e)
{
	SIGNING_AUTO s = { 0 };
	int rc = audit_tool_signer(c, want.signer, &s.signer, e);

	return rc < 0 ? rc : print_key(c, signer_key(s.signer),
	    signer_last(s.signer)->size, e);
}

/* ---- checkpoint, witness, publish ---- */

int audit_checkpoint(struct cli *c, struct ehr_err *e)
{
	SIGNING_AUTO s = { 0 };
	BUF_AUTO note = BUF_INIT;
	int rc = begin(c, &s, e);

	if (rc == 0)
		rc = signer_sign(s.signer, s.db, 0, &note, e);
	return rc < 0 ? rc : cli_put(c, &note, e);
}

/* A checkpoint that is kept somewhere; none yet: of size 0. */
struct kept {
	struct buf path, bytes;
	struct checkpoint c;
};
#define KEPT_AUTO EHR_CLEANUP(kept_release) struct kept
#define KEPT_INIT { BUF_INIT, BUF_INIT, { .size = 0 } }

static void kept_release(struct kept *k)
{
	buf_release(&k->path);
	buf_release(&k->bytes);
}

/* Reads the one at k->path and looks whether the log continues it. 1: there
 * was one. */
static int check_kept(struct signing *s, struct kept *k, struct ehr_err *e)
{
	struct stat st;
	int rc;

	if (stat(k->path.s, &st) != 0)
		return errno == ENOENT ? 0 :
		    ehr_fail_errno(e, "%s", k->path.s);
	rc = note_read(k->path.s, &k->bytes, e);
	if (rc == 0)
		rc = checkpoint_parse(&k->c, k->path.s, buf_str(&k->bytes),
		    signer_key(s->signer), e);
	if (rc == 0)
		rc = checkpoint_fits(s->db, &k->c, k->path.s, NULL, e);
	return rc < 0 ? rc : 1;
}

/* Puts the newest one there, unless it is there already. */
static int renew(struct cli *c, struct signing *s, struct kept *k,
    struct ehr_err *e)
{
	BUF_AUTO note = BUF_INIT;
	int rc = signer_sign(s->signer, s->db, 0, &note, e);

	if (rc < 0)
		return rc;
	if (str_eq(buf_str(&note), buf_str(&k->bytes))) {
		cli_note(c, "unchanged");
		return 0;
	}
	cli_note(c, "%llu events", (unsigned long long)
	    signer_last(s->signer)->size);
	return keys_write_file(k->path.s, buf_str(&note), 0644, false, e);
}

int audit_witness(struct cli *c, struct ehr_err *e)
{
	SIGNING_AUTO s = { 0 };
	KEPT_AUTO k = KEPT_INIT;
	struct stat st;
	int rc = begin(c, &s, e);

	buf_adds(&k.path, c->argv[0]);
	if (stat(k.path.s, &st) == 0 && S_ISDIR(st.st_mode))
		buf_adds(&k.path, "/checkpoint");
	if (rc == 0)
		rc = check_kept(&s, &k, e);
	if (rc == 0)
		cli_warn(c, "%s: no checkpoint is kept here yet: it is the "
		    "first", k.path.s);
	return rc < 0 || c->dry_run ? rc > 0 ? 0 : rc : renew(c, &s, &k, e);
}

int audit_publish(struct cli *c, struct ehr_err *e)
{
	SIGNING_AUTO s = { 0 };
	KEPT_AUTO k = KEPT_INIT;
	struct publish p = { .dir = c->argv[0] };
	uint8_t root[MERKLE_HASH];
	uint64_t size;
	int rc = begin(c, &s, e);

	buf_addf(&k.path, "%s/checkpoint", p.dir);
	if (rc == 0)
		rc = check_kept(&s, &k, e);
	if (rc >= 0)
		rc = audit_head(s.db, &size, root, e);
	if (rc < 0 || c->dry_run)
		return rc;
	rc = publish_tiles(&p, s.db, k.c.size, size, want.all, e);
	if (rc < 0)
		return rc;
	cli_note(c, "%llu tiles written, %llu unchanged",
	    (unsigned long long)p.written, (unsigned long long)p.same);
	return renew(c, &s, &k, e);
}
