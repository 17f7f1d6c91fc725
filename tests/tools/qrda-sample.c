/* qrda-sample [SEED]: a QRDA category III with all three sections, as lib/qrda
 * writes it; with a seed the name of one attribute is another. */
#include <stdio.h>
#include <stdlib.h>

#include "ehr/qrda.h"

#define LIT(s) { s, sizeof(s) - 1 }
/* GUIDs that are built in: of CMS153v14. */
#define M1 LIT("59738aab-1f1a-4097-82c1-cd7bf3714afa")
#define A1 LIT("938888B6-FF4F-4431-A464-52E770E6D9ED")
#define A2 LIT("7B198078-DCA5-4E4D-A9DE-5C37D68EABF5")
#define A3 LIT("0D49F098-5B25-4D08-BA45-8360F3641559")
#define A4 LIT("088B388C-E545-4450-A24F-0A027A58E952")
#define D1 LIT("f71d06b9-1df1-404e-a65f-dfd3227548d8")
#define D2 LIT("a6120934-b093-4c8a-b358-3428bd846fd2")

static const struct qrda3 *sample(void)
{
	static struct qrda_stratum stratum[] = { { D1, 2 }, { D2, 1 } };
	static struct qrda_split split = { QRDA_PAYER, LIT("A"), 3 };
	static struct qrda_population population[] = {
		{ LIT("IPOP"), A1, 4, 2, 1, stratum, &split },
		{ LIT("DENOM"), A2, 4, 2, 0, stratum, NULL },
		{ LIT("DENEX"), A3, 0, 2, 0, stratum, NULL },
		{ LIT("NUMER"), A4, 3, 2, 0, stratum, NULL },
	};
	static struct qrda_rate rate = { LIT("0.75"), A4 };
	static struct qrda_measure measure = { M1, LIT("A & B"),
		ARRAY_LEN(population), 1, population, &rate };
	static struct qrda_activity pi[] = {
		{ LIT("PI_EP_1"), { NULL, 0 }, 7, 9 },
		{ LIT("PI_PPHI_1"), LIT("Y"), 0, 0 },
	};
	static struct qrda_activity ia = { LIT("IA_BE_4"), LIT("Y"), 0,
		0 };
	static struct qrda_performer performer = { LIT("1234567893"),
		LIT("123456789"), { NULL, 0 } };
	static const struct qrda_period year = { LIT("20260101"),
		LIT("20261231") };
	static struct qrda3 q;

	q = (struct qrda3){ .program = STR("MIPS_INDIV"),
		.cehrt = STR("0015EABCDEFGHIJ"), .mvp = STR("G0053"),
		.title = STR("Sample"), .time = STR("20270115"),
		.id = STR("11111111-2222-4333-8444-555555555555"),
		.practice = STR("Practice"), .performers = 1,
		.performer = &performer, .measures = 1, .measure = &measure,
		.pis = ARRAY_LEN(pi), .pi = pi, .ias = 1, .ia = &ia,
		.quality = year, .promoting = year, .improvement = year };
	return &q;
}

/* The name of an attribute gets another last letter; the seed tells whose. */
static void damage(struct buf *b, unsigned long seed)
{
	size_t n = 0, at;

	for (size_t i = 0; i < b->len; i++)
		n += b->s[i] == '=';
	seed = seed * 2654435761U % n;
	for (at = 0; at < b->len; at++)
		if (b->s[at] == '=' && seed-- == 0)
			break;
	/* Not the declaration and the namespaces. */
	if (at > 200)
		b->s[at - 1] = 'X';
}

int main(int argc, char **argv)
{
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e;

	if (qrda3_write(&b, sample(), &e) < 0) {
		fprintf(stderr, "qrda-sample: %s\n", e.msg);
		return 1;
	}
	if (argc > 1)
		damage(&b, strtoul(argv[1], NULL, 10));
	return fwrite(b.s, 1, b.len, stdout) != b.len;
}
