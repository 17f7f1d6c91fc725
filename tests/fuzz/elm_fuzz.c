/* ELM of any kind: it is refused, or evaluated, and nothing worse. */
#include "ehr/elm.h"
#include "fuzz.h"

static int none(void *arg, const struct elm_retrieve *r,
    void (*add)(void *to, const struct tape *t, uint32_t root), void *to,
    struct ehr_err *e)
{
	(void)arg, (void)r, (void)add, (void)to, (void)e;
	return 0;
}

static void evaluate(struct elm_package *p, struct str library,
    struct str name)
{
	static const struct elm_source source = { .retrieve = none };
	BUF_AUTO out = BUF_INIT;
	struct elm_value v;
	struct elm_ctx *c;
	struct ehr_err e;
	int define = elm_define(p, library, name, &e);

	if (define < 0)
		return;
	c = elm_ctx_new(p, &source, NULL, 0, 0);
	elm_limit(c, &(struct elm_limits){ 100000, 16 << 20 });
	elm_patient(c);
	if (elm_eval(c, define, &v, &e) == 0)
		elm_format(&out, v);
	elm_ctx_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct elm_package *p = elm_package_new();
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	struct ehr_err e;
	struct str json = { (const char *)data, n };

	if (tape_parse(&t, json.s, json.n, &why) == 0 &&
	    elm_package_add(p, json, &e) == 0) {
		uint32_t list = tape_path(&t, 0, "library.statements.def");

		if (list && tape_type(&t, list) == TAPE_ARRAY)
			tape_each(&t, list, i) {
				uint32_t name = tape_get(&t, i, "name");

				if (name && tape_type(&t, name) == TAPE_STRING)
					evaluate(p, elm_library(p, 0),
					    tape_str(&t, name));
			}
	}
	elm_package_free(p);
	return 0;
}
