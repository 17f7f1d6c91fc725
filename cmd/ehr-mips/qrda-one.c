/* qrda-one.c - ehr-mips qrda --cat 1, qrda read: a patient's document. */
#include "mips.h"
#include "qrda.h"

#include <errno.h>
#include <sys/stat.h>

#include "ehr/crypto.h"

struct ones {
	struct cli *c;
	struct guids guids;
	struct arena mem;
	struct qrda1 q;
	const char *file;
	uint64_t lost, done, rejected;
	struct ehr_err *e;
};

/* A line of what is lost; -q keeps it back. */
static void lost(void *arg, struct str resource, const char *what)
{
	struct ones *o = arg;

	o->lost++;
	cli_warn(o->c, "%s: %.*s: %s", o->file, STR_FMT(resource), what);
}

/* ---- out ---- */

/* Into the folder -O as ID.xml, else to standard output. */
static int put(struct ones *o, const struct buf *text, struct str id)
{
	BUF_AUTO path = BUF_INIT;
	struct out *out;
	int rc;

	if (!o->c->place)
		return cli_write(text, o->e);
	buf_addf(&path, "%s/%.*s.xml", o->c->place, STR_FMT(id));
	rc = out_open(&out, path.s, o->c->force, o->e);
	if (rc < 0)
		return rc;
	rc = out_write(out, text->s, text->len, o->e);
	if (rc == 0)
		return out_commit(out, o->e);
	out_abort(out);
	return rc;
}

/* The document's id comes from the patient's data. */
static int write_one(struct ones *o, const struct tape *bundle, struct str id)
{
	BUF_AUTO text = BUF_INIT;
	uint8_t uuid[UUID_LEN];
	char made[37];
	int rc;

	uuid5(uuid_ns_content, STR("QRDA I"),
	    (struct str){ bundle->text, bundle->len }, uuid);
	uuid_format(uuid, made);
	o->q.id = str_of(made);
	rc = qrda1_write(&text, &o->q, bundle, lost, o, o->e);
	return rc == 0 ? put(o, &text, id) : rc;
}

static struct str patient_id(const struct tape *t, struct buf *scratch)
{
	uint32_t list = tape_get(t, 0, "entry");

	if (list && tape_type(t, list) == TAPE_ARRAY)
		tape_each(t, list, i) {
			uint32_t r = tape_get(t, i, "resource");

			if (r && fhir_resource_type(t, r) == FHIR_Patient)
				return tape_member(t, r, "id", scratch);
		}
	return STR_NONE;
}

/* ---- in: Bundles, each of one patient ---- */

static int one_item(struct ones *o, const struct json_item *item)
{
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO id = BUF_INIT;
	struct tape_error why;
	struct str patient;

	if (item->why || tape_parse(&t, item->text.s, item->text.n, &why) < 0)
		return ehr_fail(o->e, EHR_EREJECT, "%s:%llu: not JSON",
		    o->file, (unsigned long long)item->line);
	patient = patient_id(&t, &id);
	if (!fhir_id_valid(patient))
		return ehr_fail(o->e, EHR_EREJECT, "%s:%llu: no Bundle of a "
		    "Patient with an id", o->file,
		    (unsigned long long)item->line);
	if (o->done++ && !o->c->place)
		return cli_usage(o->c, o->e, "of several patients: -O DIR is "
		    "missing");
	return write_one(o, &t, patient);
}

static int one_input(struct ones *o, const char *path)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s;
	struct json_item item;
	struct in *in;
	int rc = in_open(&in, path, o->e);

	if (rc < 0)
		return rc;
	o->file = path;
	s = json_split_new(in, &opt);
	while ((rc = json_split_next(s, &item, o->e)) == 1) {
		rc = one_item(o, &item);
		if (rc == EHR_EREJECT) {
			cli_notice(o->c, o->e->msg);
			o->rejected++;
		} else if (rc < 0) {
			break;
		}
	}
	json_split_free(s);
	in_close(in);
	return rc;
}

static int each_input(struct ones *o, int (*fn)(struct ones *o,
    const char *path))
{
	int rc = o->c->argc ? 0 : fn(o, "-");

	for (int i = 0; i < o->c->argc && rc == 0; i++)
		rc = fn(o, o->c->argv[i]);
	if (rc == 0 && o->rejected)
		rc = ehr_fail(o->e, EHR_EREJECT, "%llu rejected",
		    (unsigned long long)o->rejected);
	return rc;
}

/* ---- what the documents refer to ---- */

static int refer(struct ones *o, const struct quality_measure *m,
    const char *from, struct str *guid, struct str *title)
{
	const struct qrda_guids *g;
	int rc = guids_find(&o->guids, m, from, &g, o->e);

	if (rc < 0)
		return rc;
	guid[o->q.measures] = g->uuid;
	title[o->q.measures++] = m->title;
	return 0;
}

static int head(struct ones *o, struct job *j)
{
	struct str *guid = arena_alloc(&o->mem, j->tasks * sizeof(*guid));
	struct str *title = arena_alloc(&o->mem, j->tasks * sizeof(*title));
	struct date day;
	char from[11], to[11], *text = arena_alloc(&o->mem, 40);
	int rc = 0;

	o->q.measure = guid;
	o->q.title = title;
	quality_run_period(j->task[0].run[0], from, to);
	for (size_t i = 0; i < j->tasks && rc == 0; i++)
		rc = refer(o, quality_measure(j->task[i].package), from, guid,
		    title);
	cli_today(o->c, &day);
	/* Times of a document have an offset everywhere or nowhere. */
	snprintf(text, 40, "%04d%02d%02d000000+0000%.4s%.2s%.2s%.4s%.2s%.2s",
	    day.year, day.month, day.day, from, from + 5, from + 8, to, to + 5,
	    to + 8);
	o->q.time = (struct str){ text, 19 };
	o->q.period.low = (struct str){ text + 19, 8 };
	o->q.period.high = (struct str){ text + 27, 8 };
	o->q.practice = mips_opts.practice ? str_of(mips_opts.practice)
					   : STR("Practice");
	return rc;
}

int qrda_one(struct cli *c, struct ehr_err *e)
{
	struct ones o = { .c = c, .mem = ARENA_INIT, .e = e,
		.guids = { .mem = ARENA_INIT } };
	struct job j = { .c = c, .out = BUF_INIT };
	int rc;

	if (mips_opts.measures.n == 0)
		return cli_usage(c, e, "-m is missing");
	if (c->place && mkdir(c->place, 0700) < 0 && errno != EEXIST)
		return ehr_fail_errno(e, "%s", c->place);
	rc = guids_open(&o.guids, c, e);
	if (rc == 0)
		rc = job_load(&j, e);
	if (rc == 0)
		rc = head(&o, &j);
	if (rc == 0)
		rc = each_input(&o, one_input);
	rc = job_end(&j, rc, e);
	guids_close(&o.guids);
	arena_release(&o.mem);
	return rc;
}

/* ---- read ---- */

static int read_one(struct ones *o, const char *path)
{
	BUF_AUTO text = BUF_INIT;
	struct xml_doc *doc;
	int rc = xml_read(&doc, path, o->e);

	o->file = path;
	if (rc == 0)
		rc = qrda1_read(&text, doc, lost, o, o->e);
	xml_free(doc);
	if (rc == 0)
		return cli_write(&text, o->e);
	if (rc != EHR_EREJECT)
		return rc;
	cli_notice(o->c, o->e->msg);
	o->rejected++;
	return 0;
}

int qrda_read(struct cli *c, struct ehr_err *e)
{
	struct ones o = { .c = c, .e = e };

	return each_input(&o, read_one);
}
