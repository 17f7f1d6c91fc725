/* Value sets as the Value Set Authority Center exports them: the text of a
 * download or release (columns ended by |, a | in a cell as \|) and CSV or tabs
 * (RFC 4180), of one set or of many. A line of names stands above the codes;
 * what stands above it are pairs (OID, name, version) of an export of one. */
#include "quality/impl.h"

#include <stdlib.h>

enum { CELLS_MAX = 64, PREAMBLE_MAX = 40, SETS_MAX = 20000 };

/* Columns, by the names that exports of various years give them. */
enum column { NAME, OID, VERSION, CODE, SYSTEM, SYSTEM_OID, COLUMNS };
static const struct {
	enum column column;
	const char *name;
} columns[] = {
	{ NAME, "Value Set Name" },
	{ OID, "Value Set OID" }, { OID, "OID" },
	{ VERSION, "Definition Version" },
	{ CODE, "Code" },
	{ SYSTEM, "Code System" }, { SYSTEM, "Code System Name" },
	{ SYSTEM_OID, "Code System OID" },
};

static const struct {
	const char *name, *oid, *url;
} systems[] = {
#define X(name, oid, url) { name, oid, url },
#include "quality/data/vsac.def"
#undef X
};

struct row {
	struct str cell[CELLS_MAX];
	size_t n;
};

struct vsac {
	struct str rest;
	char sep;
	uint64_t line;		/* of the row at hand */
	uint64_t next;		/* of what follows it */
	struct arena mem;	/* cells that had to be written anew */
	struct row row;
	int at[COLUMNS];	/* cell of a column, or -1 */
	struct str one[COLUMNS]; /* of all rows, from what stands above */
	struct strmap sets, codes;
	struct set_text {
		struct str oid, version, name;
		struct buf contains;
	} *set;
	size_t n;
};

/* ---- rows ---- */

/* A cell in quotes; rest stands behind the first one. */
static struct str quoted(struct vsac *v)
{
	BUF_AUTO b = BUF_INIT;

	while (v->rest.n) {
		char c = *v->rest.s;

		v->rest.s++;
		v->rest.n--;
		if (c == '"') {
			if (v->rest.n == 0 || *v->rest.s != '"')
				break;
			v->rest.s++;
			v->rest.n--;
		}
		v->next += c == '\n';
		buf_addch(&b, c);
	}
	return arena_str(&v->mem, buf_str(&b));
}

static bool cell_ends(const struct vsac *v)
{
	return v->rest.n == 0 || *v->rest.s == v->sep || *v->rest.s == '\n';
}

static struct str plain(struct vsac *v)
{
	BUF_AUTO b = BUF_INIT;
	struct str cell = { v->rest.s, 0 };
	bool escaped = false;

	while (!cell_ends(v)) {
		if (v->sep == '|' && *v->rest.s == '\\' && v->rest.n > 1) {
			escaped = true;
			v->rest.s++;
			v->rest.n--;
		}
		buf_addch(&b, *v->rest.s);
		v->rest.s++;
		v->rest.n--;
	}
	cell.n = (size_t)(v->rest.s - cell.s);
	return str_trim(escaped ? arena_str(&v->mem, buf_str(&b)) : cell);
}

/* Takes the next row; false at the end. */
static bool next_row(struct vsac *v)
{
	if (v->rest.n == 0)
		return false;
	arena_reset(&v->mem);
	v->row.n = 0;
	v->line = v->next;
	for (;;) {
		struct str cell = STR_NONE;

		if (v->rest.n && *v->rest.s == '"' && v->sep != '|') {
			v->rest.s++;
			v->rest.n--;
			cell = quoted(v);
			plain(v);
		} else {
			cell = plain(v);
		}
		if (v->row.n < CELLS_MAX)
			v->row.cell[v->row.n++] = cell;
		if (v->rest.n == 0)
			return true;
		v->rest.n--;
		if (*v->rest.s++ == '\n')
			break;
	}
	v->next++;
	return true;
}

static struct str cell(const struct vsac *v, enum column c)
{
	if (v->at[c] >= 0 && (size_t)v->at[c] < v->row.n)
		return v->row.cell[v->at[c]];
	return v->one[c].s ? v->one[c] : STR("");
}

/* ---- the line of names ---- */

static int column_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (str_is(name, columns[i].name))
			return columns[i].column;
	return -1;
}

/* Is the row the line of names? Then at[] says where they are. */
static bool is_header(struct vsac *v)
{
	for (int c = 0; c < COLUMNS; c++)
		v->at[c] = -1;
	for (size_t i = 0; i < v->row.n; i++) {
		int c = column_of(v->row.cell[i]);

		if (c >= 0 && v->at[c] < 0)
			v->at[c] = (int)i;
	}
	return v->at[CODE] >= 0 &&
	    (v->at[SYSTEM] >= 0 || v->at[SYSTEM_OID] >= 0);
}

/* Looks for it with one separator; what stands above is kept. */
static bool find_header(struct vsac *v, struct str text, char sep,
    struct arena *kept)
{
	v->rest = text;
	v->sep = sep;
	v->next = 1;
	memset(v->one, 0, sizeof(v->one));
	for (int i = 0; i < PREAMBLE_MAX && next_row(v); i++) {
		int c = v->row.n > 1 ? column_of(v->row.cell[0]) : -1;

		if (is_header(v))
			return true;
		if (c == OID || c == NAME || c == VERSION)
			v->one[c] = arena_str(kept, v->row.cell[1]);
	}
	return false;
}

/* ---- sets ---- */

/* Url of a code system, nothing when nothing tells it. */
static bool system_url(struct buf *b, struct str name, struct str oid)
{
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (oid.n ? str_is(oid, systems[i].oid)
			  : str_is(name, systems[i].name)) {
			buf_adds(b, systems[i].url);
			return true;
		}
	if (oid.n)
		buf_addf(b, "urn:oid:%.*s", STR_FMT(oid));
	return oid.n > 0;
}

/* The set of the row, or NULL: there are too many. */
static struct set_text *set_of(struct vsac *v, struct arena *kept,
    size_t *number)
{
	BUF_AUTO key = BUF_INIT;
	bool added;
	int64_t *at;

	buf_addf(&key, "%.*s|%.*s", STR_FMT(cell(v, OID)),
	    STR_FMT(cell(v, VERSION)));
	at = strmap_put(&v->sets, buf_str(&key), &added);
	if (added && v->n == SETS_MAX)
		return NULL;
	if (added) {
		v->set = xrealloc(v->set, (v->n + 1) * sizeof(*v->set));
		v->set[v->n] = (struct set_text){
			arena_str(kept, cell(v, OID)),
			arena_str(kept, cell(v, VERSION)),
			arena_str(kept, cell(v, NAME)), BUF_INIT };
		*at = (int64_t)v->n++;
	}
	*number = (size_t)*at;
	return &v->set[*at];
}

static int wrong(const struct vsac *v, const char *why, struct ehr_err *e)
{
	return ehr_fail(e, EHR_EREJECT, "line %llu: %s",
	    (unsigned long long)v->line, why);
}

static int add_code(struct vsac *v, struct arena *kept, struct ehr_err *e)
{
	BUF_AUTO url = BUF_INIT;
	BUF_AUTO key = BUF_INIT;
	struct str code = cell(v, CODE);
	struct set_text *set;
	size_t number;
	bool added;

	if (code.n == 0)
		return 0;
	if (cell(v, OID).n == 0)
		return wrong(v, "no OID of a value set", e);
	if (!system_url(&url, cell(v, SYSTEM), cell(v, SYSTEM_OID)))
		return wrong(v, "a code system that is not known", e);
	if (utf8_valid(code.s, code.n) != code.n ||
	    utf8_valid(url.s, url.len) != url.len)
		return wrong(v, "no UTF-8", e);
	set = set_of(v, kept, &number);
	if (set == NULL)
		return wrong(v, "too many value sets", e);
	buf_addf(&key, "%zu|%s|%.*s", number, url.s, STR_FMT(code));
	strmap_put(&v->codes, buf_str(&key), &added);
	if (!added)
		return 0;
	buf_adds(&set->contains, set->contains.len ? ",{\"system\":"
						   : "{\"system\":");
	json_quote(&set->contains, buf_str(&url));
	buf_adds(&set->contains, ",\"code\":");
	json_quote(&set->contains, code);
	buf_addch(&set->contains, '}');
	return 0;
}

#define VSAC "http://cts.nlm.nih.gov/fhir/ValueSet/"

/* As a ValueSet, the way the VSAC's own FHIR service would have it. */
static int hand_on(struct intake *in, const struct set_text *set,
    struct ehr_err *e)
{
	struct quality_kept k = { .kind = QUALITY_KEPT_VALUESET,
		.name = set->name.n ? set->name : set->oid,
		.version = set->version, .alias = set->oid };
	BUF_AUTO url = BUF_INIT;
	BUF_AUTO text = BUF_INIT;

	buf_addf(&url, VSAC "%.*s", STR_FMT(set->oid));
	k.url = buf_str(&url);
	buf_adds(&text, "{\"resourceType\":\"ValueSet\",\"url\":");
	json_quote(&text, k.url);
	buf_adds(&text, ",\"version\":");
	json_quote(&text, k.version);
	buf_adds(&text, ",\"name\":");
	json_quote(&text, k.name);
	buf_adds(&text, ",\"expansion\":{\"contains\":[");
	buf_addstr(&text, buf_str(&set->contains));
	buf_adds(&text, "]}}");
	sha256(text.s, text.len, k.sha256);
	return intake_found(in, &k, buf_str(&text), e);
}

static void release(struct vsac *v)
{
	for (size_t i = 0; i < v->n; i++)
		buf_release(&v->set[i].contains);
	free(v->set);
	strmap_release(&v->sets);
	strmap_release(&v->codes);
	arena_release(&v->mem);
}

int vsac_read(struct intake *in, struct str text, struct ehr_err *e)
{
	struct vsac v = { .mem = ARENA_INIT, .sets = STRMAP_INIT,
		.codes = STRMAP_INIT };
	ARENA_AUTO kept = ARENA_INIT;
	int rc = 0;

	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.s + 3, text.n - 3 };
	if (!find_header(&v, text, '|', &kept) &&
	    !find_header(&v, text, ',', &kept) &&
	    !find_header(&v, text, '\t', &kept))
		rc = ehr_fail(e, EHR_EREJECT, "no JSON, and no line that names "
		    "the columns Code and Code System");
	while (rc == 0 && next_row(&v))
		rc = add_code(&v, &kept, e);
	for (size_t i = 0; i < v.n && rc == 0; i++)
		rc = hand_on(in, &v.set[i], e);
	release(&v);
	return rc;
}
