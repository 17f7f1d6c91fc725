/* Reading a Category III: the header, three sections, counts. */
#include "impl.h"

/* ---- kinds of document and their names ---- */

int qrda3_is(const struct xml_doc *doc, struct ehr_err *e)
{
	const struct xml_node *root = xml_root(doc);

	if (str_is(root->ns, HL7_NS) && str_is(root->name, "ClinicalDocument") &&
	    (place_templates(root, STR("27.1.1")) ||
	    place_templates(root, STR("27.1.2"))))
		return 0;
	return ehr_fail(e, EHR_EREJECT, "%s:%u: not a QRDA category III "
	    "document", xml_name(doc), root->line);
}

static const struct {
	const char *name;
	const char *template;
} abouts[QRDA_ABOUTS] = {
	[QRDA_RACE] = { "race", "27.3.8" },
	[QRDA_ETHNICITY] = { "ethnicity", "27.3.7" },
	[QRDA_SEX] = { "sex", "27.3.6" },
	[QRDA_PAYER] = { "payer", "27.3.9" },
};

const char *qrda_about_name(enum qrda_about a)
{
	return abouts[a].name;
}

/* IPP is an older name. */
static struct str population_code(struct str code)
{
	return str_is(code, "IPP") ? STR("IPOP") : code;
}

/* ---- arrays that grow in an arena: counted first ---- */

static size_t number(const struct xml_node *parent, const char *outer,
    const char *inner, const char *template)
{
	size_t n = 0;

	xml_each(parent, outer, o)
		xml_each(o, inner, i)
			n += place_templates(i, str_of(template)) > 0;
	return n;
}

/* The next inner element with the template; *outer and node move on. */
static const struct xml_node *step(const struct xml_node *parent,
    const char *outer, const char *inner, const char *template,
    const struct xml_node **at, const struct xml_node *node)
{
	if (!*at)
		*at = xml_child(parent, outer);
	while (*at) {
		node = node ? xml_next(node, inner) : xml_child(*at, inner);
		if (!node)
			*at = xml_next(*at, outer);
		else if (place_templates(node, str_of(template)))
			return node;
	}
	return NULL;
}
#define each_in(parent, outer, inner, template, i, at) \
	for (const struct xml_node *at = NULL, *i = NULL; \
	     (i = step(parent, outer, inner, template, &at, i));)

/* ---- counts ---- */

/* Of the first aggregate count below. */
static int64_t aggregate(const struct xml_node *node)
{
	int64_t v;

	each_in(node, "entryRelationship", "observation", "27.3.3", i, at)
		if (str_int(xml_value(i, "value", "value"), &v))
			return v;
	return -1;
}

static struct str reference_id(const struct xml_node *node)
{
	return xml_value(node, "reference/externalObservation/id", "root");
}

/* A payer's group stands in the translation; the same may come for a sex. */
static struct str split_code(const struct xml_node *node)
{
	struct str code = xml_value(node, "value/translation", "code");

	if (!code.s)
		code = xml_value(node, "value", "code");
	return code.s ? code : xml_value(node, "value", "nullFlavor");
}

static void read_splits(struct qrda_population *p, struct arena *mem,
    const struct xml_node *node)
{
	size_t n = 0;

	for (size_t a = 0; a < QRDA_ABOUTS; a++)
		n += number(node, "entryRelationship", "observation",
		    abouts[a].template);
	p->split = arena_alloc(mem, (n + 1) * sizeof(*p->split));
	for (size_t a = 0; a < QRDA_ABOUTS; a++)
		each_in(node, "entryRelationship", "observation",
		    abouts[a].template, i, at) {
			struct qrda_split *s = &p->split[p->splits++];

			s->about = (enum qrda_about)a;
			s->code = split_code(i);
			s->count = aggregate(i);
		}
}

static void read_population(struct qrda_population *p, struct arena *mem,
    const struct xml_node *node)
{
	p->code = population_code(xml_value(node, "value", "code"));
	p->guid = reference_id(node);
	p->count = aggregate(node);
	p->stratum = arena_alloc(mem, sizeof(*p->stratum) *
	    (1 + number(node, "entryRelationship", "observation", "27.3.4")));
	each_in(node, "entryRelationship", "observation", "27.3.4", i, at) {
		struct qrda_stratum *s = &p->stratum[p->strata++];

		s->guid = reference_id(i);
		s->count = aggregate(i);
	}
	read_splits(p, mem, node);
}

static struct str text_of(struct arena *mem, const struct xml_node *node)
{
	BUF_AUTO b = BUF_INIT;

	xml_text(&b, node);
	return arena_str(mem, str_trim(buf_str(&b)));
}

/* The id below a reference with the root, or any. */
static struct str document_id(const struct xml_node *organizer,
    const char *root)
{
	xml_each(organizer, "reference", r)
		xml_each(xml_child(r, "externalDocument"), "id", id)
			if (!root || str_is(xml_attr(id, "root"), root))
				return xml_attr(id, "extension");
	return STR_NONE;
}

void results_read(struct qrda_measure *m, struct arena *mem,
    const struct xml_node *node)
{
	m->guid = document_id(node, "2.16.840.1.113883.4.738");
	m->title = text_of(mem, xml_at(node, "reference/externalDocument/text"));
	m->population = arena_alloc(mem, sizeof(*m->population) *
	    (1 + number(node, "component", "observation", "27.3.5")));
	m->rate = arena_alloc(mem, sizeof(*m->rate) *
	    (1 + number(node, "component", "observation", "27.3.14")));
	each_in(node, "component", "observation", "27.3.5", i, at)
		read_population(&m->population[m->populations++], mem, i);
	each_in(node, "component", "observation", "27.3.14", i, at) {
		struct qrda_rate *r = &m->rate[m->rates++];

		r->value = xml_value(i, "value", "value");
		r->numerator = reference_id(i);
	}
}

/* ---- promoting interoperability and improvement activities ---- */

static void read_activity(struct qrda_activity *a, const struct xml_node *node)
{
	a->id = document_id(node, NULL);
	a->numerator = a->denominator = -1;
	each_in(node, "component", "observation", "27.3.27", i, at)
		a->answer = xml_value(i, "value", "code");
	each_in(node, "component", "observation", "27.3.31", i, at)
		a->numerator = aggregate(i);
	each_in(node, "component", "observation", "27.3.32", i, at)
		a->denominator = aggregate(i);
}

static size_t add_activities(struct qrda_activity *to,
    const struct xml_node *section, const char *template)
{
	size_t n = 0;

	each_in(section, "entry", "organizer", template, i, at)
		read_activity(&to[n++], i);
	return n;
}

/* Room for the entries of one more section behind n. */
static struct qrda_activity *room(struct arena *mem,
    const struct xml_node *section, const struct qrda_activity *old, size_t n)
{
	struct qrda_activity *to;
	size_t all = n + 1;

	xml_each(section, "entry", i)
		all++;
	to = arena_alloc(mem, all * sizeof(*to));
	if (n)
		memcpy(to, old, n * sizeof(*to));
	return to;
}

/* ---- sections ---- */

static void read_period(struct qrda_period *p, const struct xml_node *section)
{
	each_in(section, "entry", "act", "17.3.8", i, at) {
		p->low = xml_value(i, "effectiveTime/low", "value");
		p->high = xml_value(i, "effectiveTime/high", "value");
	}
}

static void read_quality(struct qrda3 *q, struct arena *mem,
    const struct xml_node *section)
{
	struct qrda_measure *to = arena_alloc(mem, sizeof(*to) * (1 +
	    q->measures + number(section, "entry", "organizer", "27.3.1")));

	if (q->measures)
		memcpy(to, q->measure, q->measures * sizeof(*to));
	q->measure = to;
	read_period(&q->quality, section);
	each_in(section, "entry", "organizer", "27.3.1", i, at)
		results_read(&q->measure[q->measures++], mem, i);
}

static void read_section(struct qrda3 *q, struct arena *mem,
    const struct xml_node *s)
{
	if (place_templates(s, STR("27.2.1")) ||
	    place_templates(s, STR("27.2.3"))) {
		read_quality(q, mem, s);
	} else if (place_templates(s, STR("27.2.5"))) {
		read_period(&q->promoting, s);
		q->pi = room(mem, s, q->pi, q->pis);
		q->pis += add_activities(q->pi + q->pis, s, "27.3.28");
		q->pis += add_activities(q->pi + q->pis, s, "27.3.29");
	} else if (place_templates(s, STR("27.2.4"))) {
		read_period(&q->improvement, s);
		q->ia = room(mem, s, q->ia, q->ias);
		q->ias += add_activities(q->ia + q->ias, s, "27.3.33");
	}
}

/* ---- the header ---- */

static struct str id_of(const struct xml_node *parent, const char *root)
{
	xml_each(parent, "id", i)
		if (str_is(xml_attr(i, "root"), root))
			return xml_attr(i, "extension");
	return STR_NONE;
}

static void read_performer(struct qrda_performer *p,
    const struct xml_node *node)
{
	const struct xml_node *who = xml_child(node, "assignedEntity");
	const struct xml_node *org = xml_child(who, "representedOrganization");

	p->npi = id_of(who, "2.16.840.1.113883.4.6");
	p->tin = id_of(org, "2.16.840.1.113883.4.2");
	xml_each(org, "id", i)
		if (str_starts(xml_attr(i, "root"), "2.16.840.1.113883.3.249.5."))
			p->group = xml_attr(i, "extension");
}

static void read_header(struct qrda3 *q, struct arena *mem,
    const struct xml_node *root)
{
	const struct xml_node *event = xml_at(root,
	    "documentationOf/serviceEvent");
	size_t n = 1;

	q->program = xml_value(root,
	    "informationRecipient/intendedRecipient/id", "extension");
	q->title = text_of(mem, xml_child(root, "title"));
	q->id = xml_value(root, "id", "root");
	q->time = xml_value(root, "effectiveTime", "value");
	q->practice = text_of(mem, xml_at(root, "custodian/assignedCustodian/"
	    "representedCustodianOrganization/name"));
	xml_each(root, "participant", p) {
		const struct xml_node *who = xml_child(p, "associatedEntity");

		if (str_is(xml_attr(p, "typeCode"), "DEV"))
			q->cehrt = id_of(who, "2.16.840.1.113883.3.2074.1");
		if (str_is(xml_attr(p, "typeCode"), "TRC"))
			q->mvp = id_of(who, "2.16.840.1.113883.3.249.5.6");
	}
	xml_each(event, "performer", i)
		n++;
	q->performer = arena_alloc(mem, n * sizeof(*q->performer));
	xml_each(event, "performer", i)
		read_performer(&q->performer[q->performers++], i);
}

int qrda3_read(struct qrda3 *q, struct arena *mem, const struct xml_doc *doc,
    struct ehr_err *e)
{
	const struct xml_node *root = xml_root(doc);
	int rc = qrda3_is(doc, e);

	*q = (struct qrda3){ 0 };
	if (rc < 0)
		return rc;
	read_header(q, mem, root);
	xml_each(xml_at(root, "component/structuredBody"), "component", c)
		xml_each(c, "section", s)
			read_section(q, mem, s);
	return 0;
}
