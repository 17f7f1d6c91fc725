/* template.c - templates of notes, filled from the chart. */
#include <limits.h>
#include <unistd.h>

#include "edit/impl.h"
#include "ehr/edit-note.h"
#include "ehr/view.h"

enum { MAX_TEMPLATE = 1 << 16 };

/* Beside the installed programs, else in the source they were built from. */
static const char *const places[] = {
	"../share/ehr/edit/", "../lib/edit/data/", "../../lib/edit/data/",
};

static int find_file(const char *name, struct buf *path, struct ehr_err *e)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe));

	if (*name == '\0' ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] != '\0')
		return ehr_fail(e, EHR_EUSAGE, "a template's name is of "
		    "letters and hyphens");
	while (n > 0 && exe[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(places); i++) {
		buf_reset(path);
		buf_add(path, exe, (size_t)n);
		buf_addf(path, "%s%s.txt", places[i], name);
		if (access(path->s, R_OK) == 0)
			return 0;
	}
	return ehr_fail(e, EHR_ENOENT, "no template %s", name);
}

/* The current rows of a section, one a line. */
static void add_section(struct view *v, enum view_section s, struct buf *b)
{
	const struct view_entry *none = view_asserted(v, s);
	size_t n, shown = 0;
	const struct view_row *row = view_rows(v, s, &n);

	for (size_t i = 0; i < n; i++) {
		if (row[i].past || (none && row[i].e == none))
			continue;
		buf_addf(b, "%s- %.*s", shown++ ? "\n" : "",
		    STR_FMT(row[i].e->what));
		if (s == VIEW_VITALS) {
			buf_addch(b, ' ');
			view_value(row[i].e, b);
			buf_adds(b, ", ");
			view_day(b, &row[i].e->start);
		} else if (row[i].e->detail.n) {
			buf_addf(b, ", %.*s", STR_FMT(row[i].e->detail));
		}
	}
	if (shown == 0 && none)
		buf_addf(b, "- %.*s", STR_FMT(none->what.n ? none->what :
		    none->absent));
	else if (shown == 0)
		buf_adds(b, "- none recorded");
}

struct fill {
	struct access *a;
	struct view *v;
};

/* What a placeholder stands for; false: it is none of ours. */
static bool fill(const struct fill *f, struct str name, struct buf *b)
{
	static const struct {
		const char *name;
		enum view_section section;
	} section[] = {
		{ "problems", VIEW_PROBLEMS },
		{ "medications", VIEW_MEDS },
		{ "allergies", VIEW_ALLERGIES },
		{ "vitals", VIEW_VITALS },
	};
	const struct view_patient *p = view_patient(f->v);
	struct view_time now = { clock_ms(), DATE_MINUTE, STR_NONE };

	for (size_t i = 0; i < ARRAY_LEN(section); i++)
		if (str_is(name, section[i].name)) {
			add_section(f->v, section[i].section, b);
			return true;
		}
	if (str_is(name, "name"))
		buf_addstr(b, p->full);
	else if (str_is(name, "age"))
		view_age(f->v, b);
	else if (str_is(name, "sex"))
		buf_addstr(b, p->sex);
	else if (str_is(name, "birthdate"))
		buf_addstr(b, p->birth);
	else if (str_is(name, "date"))
		view_day(b, &now);
	else if (str_is(name, "author"))
		buf_addstr(b, buf_str(&f->a->user));
	else
		return false;
	return true;
}

static void fill_all(const struct fill *f, const char *text, struct buf *out)
{
	const char *open, *close;

	while ((open = strstr(text, "{{")) && (close = strstr(open, "}}"))) {
		struct str name = { open + 2, (size_t)(close - open - 2) };

		buf_add(out, text, (size_t)(open - text));
		if (!fill(f, name, out))
			buf_add(out, open, (size_t)(close - open) + 2);
		text = close + 2;
	}
	buf_adds(out, text);
}

int edit_note_template(struct access *a, int64_t patient, const char *name,
    struct buf *out, struct ehr_err *e)
{
	struct view_opt opt = VIEW_OPT;
	struct fill f = { a, NULL };
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	int rc = find_file(name, &path, e);

	if (rc == 0)
		rc = in_all(path.s, MAX_TEMPLATE, &text, e);
	if (rc == 0)
		rc = view_zone(a->r, e);
	date_from_ms(&opt.today, clock_ms(), 0);
	opt.today.precision = DATE_DAY;
	if (rc == 0)
		rc = view_open(&f.v, a->r, patient, &opt, e);
	if (rc == 0)
		fill_all(&f, text.s, out);
	view_free(f.v);
	return rc;
}
