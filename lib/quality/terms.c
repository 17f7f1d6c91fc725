/* Value sets: which codes they hold. */
#include "quality/impl.h"

#include <stdlib.h>

void terms_release(struct terms *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		free(t->set[i].code);
		free(t->set[i].system);
	}
	free(t->set);
	strmap_release(&t->sets);
	strmap_release(&t->coded);
	strmap_release(&t->bare);
	map64_release(&t->in);
	arena_release(&t->arena);
}

/* ---- numbers of codes: with their system, and alone ---- */

enum { KEY_MAX = 512 };

/* "system\0code"; n 0: too long to be in any set. */
static size_t key_of(char key[KEY_MAX], struct str system, struct str code)
{
	if (system.n + 1 + code.n > KEY_MAX)
		return 0;
	memcpy(key, system.s, system.n);
	key[system.n] = '\0';
	memcpy(key + system.n + 1, code.s, code.n);
	return system.n + 1 + code.n;
}

/* Codes with a system have even numbers, bare ones odd. */
static int64_t number(struct strmap *map, struct str key, int64_t odd)
{
	bool added;
	int64_t *n = strmap_put(map, key, &added);

	if (added)
		*n = (int64_t)map->count * 2 + odd;
	return *n;
}

static uint64_t member_key(int set, int64_t code)
{
	return (uint64_t)set << 40 | (uint64_t)code;
}

static bool add_code(struct terms *t, int set, struct str system,
    struct str code)
{
	char key[KEY_MAX];
	size_t n = key_of(key, system, code);
	bool added;

	if (n == 0)
		return false;
	map64_put(&t->in, member_key(set, number(&t->bare, code, 1)), NULL);
	map64_put(&t->in, member_key(set,
	    number(&t->coded, (struct str){ key, n }, 0)), &added);
	return added;
}

bool terms_has(const struct terms *t, int set, struct str system,
    struct str code)
{
	char key[KEY_MAX];
	const int64_t *n;
	size_t len;

	if (system.s == NULL) {
		n = strmap_get(&t->bare, code);
	} else {
		len = key_of(key, system, code);
		n = len ? strmap_get(&t->coded, (struct str){ key, len })
			: NULL;
	}
	return n && map64_get(&t->in, member_key(set, *n)) != NULL;
}

/* ---- ValueSet resources ---- */

static struct str text(struct terms *t, const struct tape *tape,
    uint32_t object, const char *key)
{
	BUF_AUTO b = BUF_INIT;
	struct str s = tape_member(tape, object, key, &b);

	return s.s ? arena_str(&t->arena, s) : STR_NONE;
}

static int new_set(struct terms *t, struct str url, struct str version)
{
	bool added;
	int64_t *at = strmap_put(&t->sets, url, &added);

	if (!added)
		return (int)*at;
	t->set = xrealloc(t->set, (t->count + 1) * sizeof(*t->set));
	t->set[t->count] = (struct set){ .url = url, .version = version };
	*at = t->count;
	return (int)t->count++;
}

static void add(struct terms *t, int number_of_set, const struct tape *tape,
    uint32_t node, struct str system)
{
	struct set *set = &t->set[number_of_set];
	struct str code = text(t, tape, node, "code");

	if (code.s == NULL ||
	    !add_code(t, number_of_set, system.s ? system : STR(""), code))
		return;
	if (set->codes == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 64;
		set->code = xrealloc(set->code, set->cap * sizeof(*set->code));
		set->system = xrealloc(set->system,
		    set->cap * sizeof(*set->system));
	}
	set->code[set->codes] = code;
	set->system[set->codes++] = system;
}

/* expansion.contains: nested; abstract groups have codes too, which nobody can
 * choose. */
static void add_contains(struct terms *t, int set, const struct tape *tape,
    uint32_t list, struct str *last)
{
	tape_each(tape, list, i) {
		uint32_t inner = tape_get(tape, i, "contains");
		uint32_t abstract = tape_get(tape, i, "abstract");
		uint32_t system = tape_get(tape, i, "system");

		if (system && !str_eq(tape_str(tape, system), *last))
			*last = text(t, tape, i, "system");
		if (!abstract || tape_type(tape, abstract) != TAPE_TRUE)
			add(t, set, tape, i, system ? *last : STR_NONE);
		if (inner)
			add_contains(t, set, tape, inner, last);
	}
}

/* compose.include with concepts listed; filters need an expansion. */
static void add_compose(struct terms *t, int set, const struct tape *tape,
    uint32_t include)
{
	tape_each(tape, include, i) {
		uint32_t concepts = tape_get(tape, i, "concept");
		struct str system = text(t, tape, i, "system");

		if (concepts)
			tape_each(tape, concepts, k)
				add(t, set, tape, k, system);
	}
}

void terms_add(struct terms *t, const struct tape *tape, uint32_t root)
{
	struct str url = text(t, tape, root, "url"), last = STR_NONE;
	uint32_t expansion = tape_get(tape, root, "expansion");
	uint32_t compose = tape_get(tape, root, "compose"), list, total;
	int64_t n;
	int set;

	if (url.s == NULL)
		return;
	set = new_set(t, url, text(t, tape, root, "version"));
	if (expansion) {
		list = tape_get(tape, expansion, "contains");
		total = tape_get(tape, expansion, "total");
		if (list)
			add_contains(t, set, tape, list, &last);
		if (total && str_int(tape_str(tape, total), &n) && n > 0 &&
		    (uint64_t)n > t->set[set].total)
			t->set[set].total = (uint64_t)n;
	} else if (compose && (list = tape_get(tape, compose, "include"))) {
		add_compose(t, set, tape, list);
	}
}

int terms_find(const struct terms *t, struct str canonical)
{
	struct str rest = canonical, url;
	const int64_t *at;

	if (!str_split(&rest, '|', &url))
		return -1;
	at = strmap_get(&t->sets, url);
	return at ? (int)*at : -1;
}
