/* status_state.c - the state that the events of a claim come to. */
#include "claim/status.h"

static const char *const classes[] = { "open", "waiting", "work", "closed" };

static const struct {
	const char *name;
	enum claim_class class;
	const char *help;
} states[] = {
#define X(id, name, class, help) { name, CLAIM_CLASS_##class, help },
#include "ehr/claim-state.def"
#undef X
};

static const struct {
	const char *name;
	enum claim_state state;
} kinds[] = {
#define X(id, name, state, help) { name, CLAIM_STATE_##state },
#include "ehr/claim-event.def"
#undef X
};

static const struct {
	const char *name;
	int rank;
} sources[] = {
#define X(id, name, rank) { name, rank },
#include "ehr/claim-source.def"
#undef X
};

const char *claim_class_name(enum claim_class c)
{
	return classes[c];
}

const char *claim_state_name(enum claim_state s)
{
	return states[s].name;
}

const char *claim_state_help(enum claim_state s)
{
	return states[s].help;
}

enum claim_class claim_state_class(enum claim_state s)
{
	return states[s].class;
}

const char *claim_event_name(enum claim_event_kind k)
{
	return kinds[k].name;
}

const char *claim_source_name(enum claim_source s)
{
	return sources[s].name;
}

enum claim_event_kind claim_event_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(name, kinds[i].name))
			return (enum claim_event_kind)i;
	return CLAIM_EVENT_NOTED;
}

enum claim_source claim_source_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (str_is(name, sources[i].name))
			return (enum claim_source)i;
	return CLAIM_SOURCE_BUILD;
}

/* The bits of one word; 0: it is none. */
static unsigned states_of(struct str word)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < CLAIM_STATES; i++)
		if (str_is(word, states[i].name) ||
		    str_is(word, classes[states[i].class]))
			bits |= 1u << i;
	return bits;
}

bool claim_states_parse(struct str words, unsigned *bits)
{
	struct str word;
	unsigned some = 0, one;

	while (str_split(&words, ',', &word)) {
		one = states_of(word);
		if (one == 0)
			return false;
		some |= one;
	}
	*bits = some;
	return some != 0;
}

/* ---- from events ---- */

static bool taken_back(const struct claim_event *ev, size_t n, size_t i)
{
	for (size_t k = i + 1; k < n; k++)
		if (ev[k].undoes == ev[i].id)
			return true;
	return false;
}

/* What the payer, or who is between, says of the claim itself; a 999 is about
 * the text of the file. */
static bool answers(const struct claim_event *ev)
{
	return ev->kind != CLAIM_EVENT_ASKED &&
	    sources[ev->source].rank >= sources[CLAIM_SOURCE_277CA].rank;
}

/* A payer tells of lines beside the claim; who reads the file alone refuses the
 * claim for a line. */
static bool of_line(const struct claim_event *ev)
{
	return ev->line && ev->source != CLAIM_SOURCE_999;
}

/* Begins anew with the newest submission of the events that count; *from: the
 * first event of it. */
static void find_submission(const struct claim_event *ev, size_t n,
    struct claim_now *now, size_t *from)
{
	for (size_t i = 0; i < n; i++) {
		if (ev[i].submission <= now->submission || ev[i].undoes ||
		    taken_back(ev, n, i))
			continue;
		now->submission = ev[i].submission;
		now->sent = ev[i].time;
		*from = i;
	}
}

void claim_state_of(const struct claim_event *ev, size_t n,
    struct claim_now *now)
{
	const struct claim_event *x;
	size_t i = 0;
	int rank = -1;

	*now = (struct claim_now){ .state = CLAIM_STATE_NEW };
	find_submission(ev, n, now, &i);
	for (; i < n; i++) {
		x = &ev[i];
		if ((x->submission && x->submission != now->submission) ||
		    x->undoes || of_line(x) || taken_back(ev, n, i))
			continue;
		now->heard = now->heard || answers(x);
		if (x->payer_claim.n)
			now->payer_claim = x->payer_claim;
		if (kinds[x->kind].state == CLAIM_STATE_NONE ||
		    sources[x->source].rank < rank)
			continue;
		rank = sources[x->source].rank;
		now->state = kinds[x->kind].state;
		now->by = x;
	}
}
