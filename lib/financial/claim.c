/* claim.c - Claim (R4 13.1): each time that a claim was sent. */
#include "impl.h"

#define CLAIM_TYPE TERMINOLOGY "claim-type"

void view_claim_kind(struct views *v)
{
	view_concept(v, "type", CLAIM_TYPE, STR("professional"));
	json_text(&v->b, "use", STR("claim"));
	view_reference(v, "patient", buf_str(&v->patient));
}

static void put_diagnoses(struct views *v)
{
	struct str dx = charge_nth(&v->charge, 0, "dx", 1);

	if (dx.n == 0)
		return;
	json_open(&v->b, "diagnosis", '[');
	for (int i = 1; dx.n; dx = charge_nth(&v->charge, 0, "dx", ++i)) {
		json_open(&v->b, NULL, '{');
		json_count(&v->b, "sequence", (uint64_t)i);
		view_dx(v, "diagnosisCodeableConcept", dx);
		json_close(&v->b, '}');
	}
	json_close(&v->b, ']');
}

/* Frequency 7 and 8: which one is corrected or voided. */
static void put_related(struct views *v, struct str clm01)
{
	BUF_AUTO ref = BUF_INIT;

	if (clm01.n == 0)
		return;
	buf_addf(&ref, "Claim/claim-%.*s", STR_FMT(clm01));
	json_open(&v->b, "related", '[');
	json_open(&v->b, NULL, '{');
	view_reference(v, "claim", buf_str(&ref));
	view_concept(v, "relationship",
	    TERMINOLOGY "ex-relatedclaimrelationship", STR("prior"));
	json_close(&v->b, '}');
	json_close(&v->b, ']');
}

/* Who rendered, as the whole charge says; a line may say another. */
static bool put_team(struct views *v)
{
	struct str key = charge_field(&v->charge, 0, "rendering");

	if (key.n == 0)
		return false;
	json_open(&v->b, "careTeam", '[');
	json_open(&v->b, NULL, '{');
	json_count(&v->b, "sequence", 1);
	view_who(v, "provider", setup_find(&v->setup, SETUP_PROVIDER, key), key);
	view_concept(v, "role", TERMINOLOGY "claimcareteamrole",
	    STR("primary"));
	json_close(&v->b, '}');
	json_close(&v->b, ']');
	return true;
}

static void put_pointers(struct views *v, const struct charge_line *l)
{
	struct str rest = l->pointers, one;

	if (rest.n == 0)
		return;
	json_open(&v->b, "diagnosisSequence", '[');
	while (str_split(&rest, ' ', &one))
		json_raw(&v->b, NULL, one);
	json_close(&v->b, ']');
}

static int put_item(struct views *v, const struct charge_line *l, void *arg)
{
	const bool *team = arg;
	int rc = 0;

	if (*team)
		json_raw(&v->b, "careTeamSequence", STR("[1]"));
	put_pointers(v, l);
	view_serviced(v, l);
	if (v->charge.encounter) {
		json_open(&v->b, "encounter", '[');
		rc = view_rid(v, NULL, v->charge.encounter, "a visit");
		json_close(&v->b, ']');
	}
	return rc;
}

void view_number(struct views *v, const char *system, struct str value)
{
	json_open(&v->b, "identifier", '[');
	json_open(&v->b, NULL, '{');
	if (system)
		json_text(&v->b, "system", str_of(system));
	json_text(&v->b, "value", value);
	json_close(&v->b, '}');
	json_close(&v->b, ']');
}

int view_claim(struct views *v, struct stmt *s, const struct view_row *row)
{
	BUF_AUTO made = BUF_INIT;
	bool team;
	int rc;

	(void)row;
	view_number(v, "urn:ehr:clm01", stmt_col(s, 8));
	view_claim_kind(v);
	date_format_ms(&made, stmt_col_int(s, 11));
	json_text(&v->b, "created", buf_str(&made));
	view_parties(v, stmt_col(s, 6));
	view_concept(v, "priority", TERMINOLOGY "processpriority",
	    STR("normal"));
	put_related(v, stmt_col_null(s, 12) ? STR_NONE : stmt_col(s, 12));
	team = put_team(v);
	put_diagnoses(v);
	rc = view_insurance(v, stmt_col_int(s, 7), true);
	if (rc >= 0)
		rc = view_items(v, stmt_col_int(s, 5), put_item, &team);
	view_money(v, "total", stmt_col_int(s, 10));
	return rc;
}
