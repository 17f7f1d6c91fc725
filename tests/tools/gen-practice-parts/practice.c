/* practice.c - the organization, its places, its people and the payers. */
#include <stdio.h>

#include "gen.h"
#include "names.h"

static const struct {
	const char *code, *text; /* NUCC provider taxonomy */
} specialties[] = {
	{ "207Q00000X", "Family medicine" },
	{ "207R00000X", "Internal medicine" },
	{ "208000000X", "Pediatrics" },
	{ "363L00000X", "Nurse practitioner" },
	{ "363A00000X", "Physician assistant" },
};
static const char *const payers[PAYERS] = {
	"Meadow Health Plan",
	"Granite Mutual",
	"Federal Senior Program",
	"State Family Program",
};
#define SINCE "2015-01-05T14:00:00.000Z"

static struct ref shared(const struct gen *g, enum type type, uint64_t n)
{
	struct ref ref = ref_of(g, type, UINT64_MAX, n);

	ref.shared = true;
	return ref;
}

/* Ten digits whose last makes the Luhn sum of 80840 + NPI a multiple of 10.
 * A first 2 is valid and has never been given out. */
static void make_npi(char npi[11], int n)
{
	int sum = 24;

	memcpy(npi, "299900000", 9);
	for (int i = 8; n; i--, n /= 10)
		npi[i] = (char)('0' + n % 10);
	for (int i = 8; i >= 0; i--) {
		int v = npi[i] - '0';

		if (i % 2 == 0)
			v = v * 2 > 9 ? v * 2 - 9 : v * 2;
		sum += v;
	}
	npi[9] = (char)('0' + (10 - sum % 10) % 10);
	npi[10] = '\0';
}

void make_practice(struct gen *g)
{
	struct practice *p = &g->practice;
	struct rng r = rng_of(g->seed, UINT64_MAX, 0);

	p->org = shared(g, T_ORGANIZATION, 0);
	for (int i = 0; i < PAYERS; i++)
		p->payer[i] = shared(g, T_ORGANIZATION, 1 + (uint64_t)i);
	p->sites = rng_range(&r, 2, MAX_SITES);
	for (int i = 0; i < p->sites; i++)
		p->site[i] = shared(g, T_LOCATION, (uint64_t)i);
	p->doctors = rng_range(&r, 6, MAX_DOCTORS);
	int base = rng_below(&r, 9000) * 10;
	make_npi(p->npi, 99999);
	for (int i = 0; i < p->doctors; i++) {
		struct doctor *d = &p->doctor[i];

		d->ref = shared(g, T_PRACTITIONER, (uint64_t)i);
		d->role = shared(g, T_ROLE, (uint64_t)i);
		d->given =
		    i % 2 ?
			male_names[rng_below(&r, ARRAY_LEN(male_names))] :
			female_names[rng_below(&r, ARRAY_LEN(female_names))];
		snprintf(d->family, MAX_NAME, "%s%s",
		    name_front[rng_below(&r, ARRAY_LEN(name_front))],
		    name_back[rng_below(&r, ARRAY_LEN(name_back))]);
		d->specialty =
		    i < 3 ? i : rng_below(&r, ARRAY_LEN(specialties));
		make_npi(d->npi, base + i + 1);
	}
}

static void put_organization(struct gen *g, const struct ref *ref,
    const char *kind, const char *kind_text, const char *name, int n)
{
	open_resource(g, ref, SINCE, "organization");
	if (n == 0)
		put(g,
		    ",'identifier':[{'system':'http://hl7.org/fhir/sid/"
		    "us-npi','value':'%s'}]",
		    g->practice.npi);
	put(g,
	    ",'active':true,'type':[{'coding':[{'system':"
	    "'http://terminology.hl7.org/CodeSystem/organization-type',"
	    "'code':'%s','display':'%s'}]}],'name':'%s',"
	    "'telecom':[{'system':'phone','value':'555-010%d',"
	    "'use':'work'}],'address':[{'line':['%d %s'],'city':'%s',"
	    "'state':'%s','postalCode':'%d','country':'US'}]",
	    kind, kind_text, name, n, 100 + n * 17, streets[n], towns[n].name,
	    towns[n].state, towns[n].zip + n);
	close_resource(g);
}

static void put_site(struct gen *g, int i)
{
	static const char *const sites[MAX_SITES] = { "Main clinic",
		"North clinic", "Riverside clinic" };

	open_resource(g, &g->practice.site[i], SINCE, "location");
	put(g,
	    ",'status':'active','name':'%s','mode':'instance',"
	    "'type':[{'coding':[{'system':'http://terminology.hl7.org/"
	    "CodeSystem/v3-RoleCode','code':'OF','display':"
	    "'outpatient facility'}]}],'telecom':[{'system':'phone',"
	    "'value':'555-011%d'}],'address':{'line':['%d %s'],"
	    "'city':'%s','state':'%s','postalCode':'%d','country':'US'},"
	    "'managingOrganization':{'reference':'%r'}",
	    sites[i], i, 200 + i * 31, streets[i + 5], towns[i].name,
	    towns[i].state, towns[i].zip + i, &g->practice.org);
	close_resource(g);
}

static void put_doctor(struct gen *g, const struct doctor *d, int n)
{
	const struct practice *p = &g->practice;

	open_resource(g, &d->ref, SINCE, "practitioner");
	put(g,
	    ",'identifier':[{'system':'http://hl7.org/fhir/sid/us-npi',"
	    "'value':'%s'}],'active':true,'name':[{'use':'official',"
	    "'family':'%s','given':['%s']}],'telecom':[{'system':'email',"
	    "'value':'clinician%d@example.com','use':'work'}],"
	    "'gender':'%s'",
	    d->npi, d->family, d->given, n + 1, n % 2 ? "male" : "female");
	close_resource(g);
	open_resource(g, &d->role, SINCE, "practitionerrole");
	put(g,
	    ",'active':true,'practitioner':{'reference':'%r','display':"
	    "'%s %s'},'organization':{'reference':'%r'},'specialty':"
	    "[{'coding':[{'system':'http://nucc.org/provider-taxonomy',"
	    "'code':'%s','display':'%s'}],'text':'%s'}],'location':"
	    "[{'reference':'%r'}],'telecom':[{'system':'phone',"
	    "'value':'555-012%d','use':'work'}]",
	    &d->ref, d->given, d->family, &p->org,
	    specialties[d->specialty].code, specialties[d->specialty].text,
	    specialties[d->specialty].text, &p->site[n % p->sites], n % 10);
	close_resource(g);
}

void put_practice(struct gen *g)
{
	const struct practice *p = &g->practice;

	put_organization(g, &p->org, "prov", "Healthcare Provider",
	    "Fallow Bridge Family Practice", 0);
	for (int i = 0; i < PAYERS; i++)
		put_organization(
		    g, &p->payer[i], "pay", "Payer", payers[i], i + 1);
	for (int i = 0; i < p->sites; i++)
		put_site(g, i);
	for (int i = 0; i < p->doctors; i++)
		put_doctor(g, &p->doctor[i], i);
}
