/*
 * record-check.c - what no crash and no import may break, for the torture
 * scripts: the file, the rows of the record, the audit log. Exit 0 or 7.
 *
 *	record-check FILE
 */
#include <stdio.h>

#include "ehr/access.h"

static int finding(void *arg, const char *text)
{
	(void)arg;
	printf("record: %s\n", text);
	return 0;
}

static void fault(void *arg, const struct audit_fault *f)
{
	(void)arg;
	printf("audit: event %lld: %s\n", (long long)f->seq, f->text);
}

static int check(struct record *r, struct ehr_err *e)
{
	BUF_AUTO report = BUF_INIT;
	int rc = store_check(record_store(r), &report, e);

	fputs(report.s, stdout);
	if (rc == 0)
		rc = record_check(r, finding, NULL, e);
	if (rc == 0)
		rc = audit_verify(record_store(r), fault, NULL, e);
	return rc;
}

int main(int argc, char **argv)
{
	struct access_opt opt = { .db = argv[1], .tool = "record-check" };
	struct ehr_err e = { 0, "" };
	struct access a = ACCESS_INIT;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: record-check FILE\n");
		return 2;
	}
	rc = access_open(&a, &opt, STORE_WRITE, &e);
	if (rc == 0)
		rc = check(a.r, &e);
	access_close(&a);
	if (rc < 0)
		printf("%s: %s\n", argv[1], e.msg);
	return -rc;
}
