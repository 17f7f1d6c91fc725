/* health.c - ehr-admin health, version: for people and for Prometheus. */
#include "admin.h"

#include "ehr/crypto.h"
#include "ehr/fhir.h"

static bool prometheus, quick;

const struct cli_opt admin_health_opts[] = {
	{ "prometheus", 'p', CLI_FLAG, 0, NULL, "Prometheus text format",
	    &prometheus, 0, 0 },
	{ "quick", 0, CLI_FLAG, 0, NULL,
	    "without the counts by type, which read the whole file", &quick,
	    0, 0 },
	{ 0 },
};

struct health {
	struct store_size size;
	struct record_stats stats;
	int64_t schema, audit, guarded;
	struct key_health {
		int64_t encrypted, slots, generation, rotated, pending, plain;
	} key;
};

/* All are gauges: X(name, value, help). */
#define METRICS(X)                                                            \
	X("file_bytes", size.file, "size of the record's file")               \
	X("wal_bytes", size.wal, "size of its write-ahead log")               \
	X("page_bytes", size.page, "size of a page")                          \
	X("pages", size.pages, "pages of the file")                           \
	X("free_pages", size.free, "unused pages, which vacuum gives back")   \
	X("schema_version", schema, "version of the tables")                  \
	X("index_version", stats.index_version, "version of the search index")\
	X("index_version_wanted", stats.index_wanted,                         \
	    "version that this program makes (reindex)")                      \
	X("patients", stats.patients, "charts")                               \
	X("former_versions", stats.former, "versions that are not current")   \
	X("batches", stats.batches, "batches")                                \
	X("batches_interrupted", stats.interrupted,                           \
	    "batches that broke off; the same command completes them")        \
	X("pending_links", stats.pending,                                     \
	    "references to what has not come yet or is ambiguous")            \
	X("audit_events", audit, "events of the audit log")                   \
	X("guarded", guarded, "1: guarded mode, see ehr-admin guard")         \
	X("encrypted", key.encrypted, "1: the record is encrypted, 0: plain") \
	X("key_slots", key.slots, "slots that open it")                       \
	X("key_generation", key.generation, "generation of its data key")     \
	X("key_rotated_timestamp_seconds", key.rotated,                       \
	    "when that key was made, by key rotate; 0: it is the first one")  \
	X("key_rotation_pending", key.pending,                                \
	    "1: a key rotate was cut off, or is at work")                     \
	X("plain_file_left", key.plain,                                       \
	    "1: an encrypt was cut off; the same command completes it")

static const struct metric {
	const char *name, *help;
	size_t at;
} metrics[] = {
#define X(name, member, help) { name, help, offsetof(struct health, member) },
	METRICS(X)
#undef X
};

static int64_t value(const struct health *h, const struct metric *m)
{
	int64_t v;

	memcpy(&v, (const char *)h + m->at, sizeof(v));
	return v;
}

/* "GENERATION MS" of the last change of the key; of the one before when the
 * record came from a backup, or is being changed. */
static int take_rotation(struct store *db, struct key_health *k,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = store_config_get(db, ADMIN_ROTATED, &text, e);
	struct str rest = buf_str(&text), gen;
	int64_t n, ms;

	if (rc > 0 && str_split(&rest, ' ', &gen) && str_int(gen, &n) &&
	    n == k->generation && str_int(rest, &ms))
		k->rotated = ms / 1000;
	k->pending = store_rekey_state(db) != STORE_REKEY_NONE;
	return rc < 0 ? rc : 0;
}

static int take_keys(struct cli *c, struct store *db, struct key_health *k,
    struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO s = ADMIN_SLOTS_INIT;
	int rc;

	k->plain = store_encrypt_left(store_path(db)) != 0;
	k->generation = store_generation(db);
	k->encrypted = k->generation > 0;
	if (!k->encrypted)
		return 0;
	rc = admin_slots_find(c, &s, e);
	if (rc == 0)
		rc = keys_read(s.path.s, &s.f, e);
	k->slots = s.f.n;
	return rc < 0 ? rc : take_rotation(db, k, e);
}

static int take(struct cli *c, struct health *h, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	uint8_t root[MERKLE_HASH];
	struct store *db;
	uint64_t events = 0;
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc < 0)
		return rc;
	db = record_store(a.r);
	rc = store_size(db, &h->size, e);
	if (rc == 0)
		rc = record_stats(a.r, !quick, &h->stats, e);
	if (rc == 0)
		rc = audit_head(db, &events, root, e);
	if (rc == 0)
		rc = take_keys(c, db, &h->key, e);
	h->audit = (int64_t)events;
	h->guarded = admin_guarded(c->db);
	h->schema = store_schema_version(db);
	return rc;
}

/* https://prometheus.io/docs/instrumenting/exposition_formats/ */
static int expose(const struct health *h, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		const struct metric *m = &metrics[i];

		buf_addf(&b, "# HELP ehr_%s %s\n# TYPE ehr_%s gauge\n"
		    "ehr_%s %lld\n", m->name, m->help, m->name, m->name,
		    (long long)value(h, m));
	}
	if (quick)
		return cli_write(&b, e);
	buf_adds(&b, "# HELP ehr_resources current resources\n"
	    "# TYPE ehr_resources gauge\n");
	for (int t = 1; t <= FHIR_RESOURCES; t++)
		if (h->stats.type[t])
			buf_addf(&b, "ehr_resources{type=\"%s\"} %lld\n",
			    fhir_type_name(t), (long long)h->stats.type[t]);
	buf_addf(&b, "# HELP ehr_deleted_resources tombstones\n"
	    "# TYPE ehr_deleted_resources gauge\nehr_deleted_resources %lld\n",
	    (long long)h->stats.deleted);
	return cli_write(&b, e);
}

static int row(struct printer *p, const char *name, const char *of, int64_t v,
    struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%s%s%s", name, of ? "." : "", of ? of : "");
	print_text(p, buf_str(&b));
	print_int(p, v);
	return print_row(p, e);
}

static int list(struct cli *c, const struct health *h, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 },
		{ "value", PRINT_RIGHT } };
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0) {
		print_text(p, STR("mode"));
		print_text(p, h->guarded ? STR("guarded") : STR("single user"));
		rc = print_row(p, e);
	}
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(metrics); i++)
		rc = row(p, metrics[i].name, NULL, value(h, &metrics[i]), e);
	for (int t = 1; rc == 0 && !quick && t <= FHIR_RESOURCES; t++)
		if (h->stats.type[t])
			rc = row(p, "resources", fhir_type_name(t),
			    h->stats.type[t], e);
	if (rc == 0 && !quick)
		rc = row(p, "deleted_resources", NULL, h->stats.deleted, e);
	return print_close(p, rc, e);
}

int admin_health(struct cli *c, struct ehr_err *e)
{
	struct health h = { .schema = 0 };
	int rc = take(c, &h, e);

	if (rc < 0)
		return rc;
	return prometheus ? expose(&h, e) : list(c, &h, e);
}

/* ---- versions ---- */

static int version_row(struct printer *p, const char *what, const char *v,
    struct ehr_err *e)
{
	print_text(p, str_of(what));
	print_text(p, str_of(v));
	return print_row(p, e);
}

/* The record's, when one is named. */
static int record_row(struct cli *c, struct printer *p, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO b = BUF_INIT;
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc < 0)
		return rc;
	buf_addf(&b, "%d", store_schema_version(record_store(a.r)));
	return version_row(p, "record schema", b.s, e);
}

int admin_version(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "part", 0 },
		{ "version", 0 } };
	const struct {
		const char *part, *version;
	} rows[] = {
		{ "ehr", EHR_VERSION }, { "FHIR", "4.0.1" },
		{ "sqlite", store_engine() }, { "openssl", crypto_engine() },
		{ "zlib", in_engine() },
	};
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++)
		rc = version_row(p, rows[i].part, rows[i].version, e);
	if (rc == 0 && c->db)
		rc = record_row(c, p, e);
	return print_close(p, rc, e);
}
