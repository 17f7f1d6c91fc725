/* totp.c - ehr-admin staff totp: one-time codes of a member of staff. */
#include <langinfo.h>
#include <qrencode.h>
#include <unistd.h>

#include "admin.h"

/* ---- enroll ---- */

/* Two rows of squares are a line, dark ones left out: terminals are dark. */
static void draw(struct buf *b, const QRcode *q)
{
	static const char *const half[] = { "\u2588", "\u2580", "\u2584", " " };
	enum { QUIET = 2 };
	int n = q->width;

	for (int y = -QUIET; y < n + QUIET; y += 2) {
		for (int x = -QUIET; x < n + QUIET; x++) {
			unsigned dark = 0;

			for (int k = 0; k < 2; k++)
				if (x >= 0 && x < n && y + k >= 0 &&
				    y + k < n && (q->data[(y + k) * n + x] & 1))
					dark |= k ? 1u : 2u;
			buf_adds(b, half[dark]);
		}
		buf_addch(b, '\n');
	}
}

static int show(const char *uri, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	QRcode *q;
	int rc;

	if (cli_tty() && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
		q = QRcode_encodeString8bit(uri, 0, QR_ECLEVEL_L);
		if (q)
			draw(&b, q);
		QRcode_free(q);
	}
	buf_addf(&b, "%s\n", uri);
	rc = cli_write(&b, e);
	crypto_cleanse(b.s, b.len);
	return rc;
}

static int issuer(struct store *db, struct buf *b, struct ehr_err *e)
{
	int rc = store_config_get(db, "practice.name", b, e);

	if (rc == 0)
		buf_adds(b, "ehr");
	return rc < 0 ? rc : 0;
}

static int enroll(struct cli *c, struct access *a, int64_t staff,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	uint8_t secret[OTP_SECRET];
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO uri = BUF_INIT;
	int rc = issuer(db, &name, e);

	crypto_random(secret, sizeof(secret));
	if (rc == 0)
		rc = store_factor_put(db, staff, secret, e);
	rc = admin_end(a, rc < 0 ? rc : 1, "totp-enroll", e);
	if (rc == 0) {
		otp_uri(&uri, buf_str(&name), str_of(c->argv[1]),
		    (struct str){ (const char *)secret, sizeof(secret) });
		if (!c->dry_run)
			rc = show(uri.s, e);
	}
	crypto_cleanse(secret, sizeof(secret));
	crypto_cleanse(uri.s, uri.len);
	return rc;
}

/* What changed one row or (0) none, which is the answer then. */
static int end(struct access *a, int rc, const char *scope, const char *none,
    struct ehr_err *e)
{
	if (rc != 0)
		return admin_end(a, rc, scope, e);
	store_rollback(record_store(a->r));
	return ehr_fail(e, EHR_ENO, "%s", none);
}

static int take_away(struct cli *c, struct access *a, int64_t staff,
    struct ehr_err *e)
{
	(void)c;
	return end(a, store_factor_drop(record_store(a->r), staff, e),
	    "totp-remove", "no second factor is enrolled", e);
}

static int unlock(struct cli *c, struct access *a, int64_t staff,
    struct ehr_err *e)
{
	(void)c;
	return end(a, store_factor_unlock(record_store(a->r), staff, e),
	    "totp-unlock", "no wrong code was tried", e);
}

/* ---- test ---- */

static int read_code(struct cli *c, struct secret *s, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	int rc;

	if (isatty(STDIN_FILENO))
		return tty_ask("One-time code: ", s, e);
	rc = cli_line(c, &line, e);
	if (rc >= 0 && line.len <= KEYS_MAX_SECRET) {
		memcpy(s->s, line.s, line.len);
		s->n = line.len;
	}
	crypto_cleanse(line.s, line.len);
	return rc < 0 ? rc : 0;
}

static int test(struct cli *c, struct access *a, int64_t staff,
    struct ehr_err *e)
{
	SECRET_AUTO *code = NULL;
	int rc = secret_make(&code, e);

	store_rollback(record_store(a->r));
	if (rc == 0)
		rc = read_code(c, code, e);
	if (rc == 0)
		rc = store_factor_check(record_store(a->r), staff,
		    secret_str(code), e);
	return rc > 0 ? 0 : rc < 0 ? rc :
	    ehr_fail(e, EHR_ENO, "wrong one-time code, or it was used before");
}

int admin_totp(struct cli *c, struct ehr_err *e)
{
	static const struct {
		const char *name;
		int (*fn)(struct cli *c, struct access *a, int64_t staff,
		    struct ehr_err *e);
	} does[] = { { "enroll", enroll }, { "remove", take_away },
		{ "test", test }, { "unlock", unlock } };
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t staff = 0;
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_LEN(does); i++)
		if (strcmp(c->argv[0], does[i].name) == 0)
			break;
	if (i == ARRAY_LEN(does))
		return cli_usage(c, e, "enroll, remove, test or unlock");
	rc = admin_begin(c, &a, e);
	if (rc == 0)
		rc = access_need(&a, PERM_ADMIN, "staff totp", e);
	if (rc == 0)
		rc = admin_member(&a, c->argv[1], &staff, e);
	return rc < 0 ? rc : does[i].fn(c, &a, staff, e);
}

/* ---- who needs one ---- */

static int check_words(struct cli *c, struct str value, struct ehr_err *e)
{
	struct str word;
	enum perm always, reason;

	while (str_split(&value, ',', &word))
		if (!str_is(word, ACCESS_FACTOR_EMERGENCY) &&
		    store_roles_parse(word, &always, &reason, NULL) < 0)
			return cli_usage(c, e, "VALUE: roles and \"emergency\", "
			    "by commas");
	return 0;
}

int admin_totp_roles(struct cli *c, struct access *a, struct str value,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct store_acting who;
	int rc = check_words(c, value, e);

	if (rc < 0)
		return rc;
	rc = store_staff_acting(db, buf_str(&a->user), &who, e);
	if (rc == 0 && access_factor_due(value, buf_str(&who.roles), false)) {
		rc = store_factor_enrolled(db, who.id, e);
		if (rc == 0)
			rc = ehr_fail(e, EHR_EUSAGE, "%s would be locked out: "
			    "first ehr-admin staff totp enroll", a->user.s);
	}
	buf_release(&who.roles);
	return rc < 0 ? rc : 0;
}
