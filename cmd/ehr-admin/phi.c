/* phi.c - ehr-admin phi: would the loss of a disk or a copy be one of
 * unsecured data? By the guidance of HHS under 45 CFR 164.402. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ehr/backup.h"
#include "evidence.h"

static struct cli_list folders;

const struct cli_opt admin_phi_opts[] = {
	{ "backups", 0, CLI_LIST, 0, "FOLDER", "look at the backups there",
	    &folders, 0, 0 },
	{ 0 },
};

/* ---- where keys are ---- */

static bool device_of(const char *path, dev_t *device)
{
	struct stat st;
	bool known = path && stat(path, &st) == 0;

	*device = known ? st.st_dev : 0;
	return known;
}

/* How many slots open by a file, and how many by what somebody knows. */
static int count_slots(struct evidence_of *x, int *file, int *known)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	int rc = admin_slots_find(x->c, &k, NULL);

	if (rc == 0)
		rc = keys_read(k.path.s, &k.f, NULL);
	for (unsigned i = 0; rc == 0 && i < k.f.n; i++) {
		bool is_file = k.f.slot[i].kind == SLOT_KEYFILE;

		*file += is_file;
		*known += !is_file;
	}
	return rc;
}

static enum evidence key_elsewhere(struct evidence_of *x, struct buf *why)
{
	const char *file = getenv("EHR_KEY_FILE");
	dev_t key, record;
	int n_file = 0, n_known = 0;

	if (!x->encrypted) {
		buf_adds(why, "there is no key");
		return EVIDENCE_NO;
	}
	if (count_slots(x, &n_file, &n_known) < 0) {
		buf_adds(why, "the slot file cannot be read");
		return EVIDENCE_UNKNOWN;
	}
	buf_addf(why, "%d slots open by a file, %d by other secrets", n_file,
	    n_known);
	if (n_file == 0)
		return EVIDENCE_YES;
	if (!device_of(file, &key) || !device_of(store_path(record_store(
	    x->a.r)), &record)) {
		buf_adds(why, "; EHR_KEY_FILE does not say where the file is");
		return EVIDENCE_UNKNOWN;
	}
	buf_adds(why, key == record ? "; the key file is on the record's own "
	    "file system" : "; the key file is on another file system");
	return key == record ? EVIDENCE_NO : EVIDENCE_YES;
}

/* ---- files of the system ---- */

static enum evidence closed_to_others(struct evidence_of *x, struct buf *why)
{
	struct stat st;

	if (stat(store_path(record_store(x->a.r)), &st) != 0) {
		buf_adds(why, "the file's mode cannot be read");
		return EVIDENCE_UNKNOWN;
	}
	buf_addf(why, "mode %04o", (unsigned)st.st_mode & 07777);
	return st.st_mode & 007 ? EVIDENCE_NO : EVIDENCE_YES;
}

/* A swap device of dm-crypt or compressed memory; else what was in memory can
 * be read from the disk. */
static bool swap_is_closed(const char *device)
{
	BUF_AUTO path = BUF_INIT;
	char uuid[8] = "";
	const char *base = strrchr(device, '/');
	FILE *f;
	size_t n;

	base = base ? base + 1 : device;
	if (strncmp(base, "zram", 4) == 0)
		return true;
	buf_addf(&path, "/sys/block/%s/dm/uuid", base);
	f = fopen(path.s, "re");
	n = f ? fread(uuid, 1, sizeof(uuid) - 1, f) : 0;
	if (f)
		fclose(f);
	return n > 6 && strncmp(uuid, "CRYPT-", 6) == 0;
}

static enum evidence swap(struct evidence_of *x, struct buf *why)
{
	FILE *f = fopen("/proc/swaps", "re");
	char line[512], name[256];
	int n = 0, open = 0;

	(void)x;
	if (f == NULL) {
		buf_adds(why, "/proc/swaps cannot be read");
		return EVIDENCE_UNKNOWN;
	}
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%255s", name) == 1 && name[0] == '/') {
			n++;
			open += !swap_is_closed(name);
		}
	fclose(f);
	buf_addf(why, "%d swap areas, %d not encrypted", n, open);
	return open ? EVIDENCE_NO : EVIDENCE_YES;
}

static enum evidence backups(struct evidence_of *x, struct buf *why)
{
	size_t all = 0, plain = 0, faulty = 0;

	if (x->folders.n == 0) {
		buf_adds(why, "--backups FOLDER looks at them");
		return EVIDENCE_UNKNOWN;
	}
	for (size_t i = 0; i < x->folders.n; i++) {
		BACKUP_SET_AUTO s = BACKUP_SET_INIT;

		if (backup_set_open(&s, x->folders.v[i], BACKUP_LOOK,
		    NULL) < 0) {
			buf_adds(why, "a folder cannot be read");
			return EVIDENCE_UNKNOWN;
		}
		all += s.n;
		for (size_t k = 0; k < s.n; k++) {
			plain += s.v[k].plain;
			faulty += s.v[k].fault[0] != '\0';
		}
	}
	buf_addf(why, "%zu, of which %zu plain, %zu faulty", all, plain,
	    faulty);
	return plain ? EVIDENCE_NO : faulty ? EVIDENCE_UNKNOWN : EVIDENCE_YES;
}

static enum evidence transport(struct evidence_of *x, struct buf *why)
{
	(void)x;
	buf_adds(why, "no tool of this installation listens on a network; what "
	    "carries exported files is not seen from here");
	return EVIDENCE_UNKNOWN;
}

/* ---- the table ---- */

static const struct row {
	const char *item, *by;
	evidence_fn *fn;
} rows[] = {
	{ "record encrypted", "NIST SP 800-111", evidence_encryption },
	{ "key elsewhere", "45 CFR 164.304", key_elsewhere },
	{ "backups encrypted", "NIST SP 800-111", backups },
	{ "swap encrypted", "NIST SP 800-111", swap },
	{ "closed to other logins", "45 CFR 164.312(a)(1)", closed_to_others },
	{ "transport", "NIST SP 800-52", transport },
	{ "media registered", "45 CFR 164.310(d)(2)(iii)", evidence_devices },
	{ "media disposed of", "NIST SP 800-88", evidence_disposal },
};

static int put_rows(struct evidence_of *x, struct printer *p,
    struct ehr_err *e)
{
	int rc = 0, failed = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++) {
		BUF_AUTO why = BUF_INIT;
		enum evidence v = rows[i].fn(x, &why);

		failed += v == EVIDENCE_NO;
		print_text(p, str_of(rows[i].item));
		print_text(p, str_of(evidence_word(v)));
		print_text(p, str_of(rows[i].by));
		print_text(p, buf_str(&why));
		rc = print_row(p, e);
	}
	return rc == 0 && failed ? EHR_ENO : rc;
}

int admin_phi(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "item", PRINT_WHOLE },
		{ "state", 0 }, { "by", PRINT_WIDE },
		{ "evidence", PRINT_WIDE } };
	struct evidence_of x = { .a = ACCESS_INIT, .folders = folders };
	struct printer *p = NULL;
	int rc = evidence_open(&x, c, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = put_rows(&x, p, e);
	rc = print_close(p, rc, e);
	access_close(&x.a);
	return rc;
}
