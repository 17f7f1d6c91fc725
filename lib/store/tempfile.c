/* tempfile.c - the temporary files of other libraries (store.h, temp.h). */
#include <errno.h>

#include "ehr/store.h"
#include "temp.h"

static struct temp *temp(struct store_temp *t)
{
	return (struct temp *)t;
}

static int failed(struct ehr_err *e)
{
	return errno == EBADMSG ? ehr_fail(e, EHR_EINTEGRITY,
	    "a temporary file was changed") :
	    ehr_fail_errno(e, "temporary file");
}

int store_temp_new(struct store_temp **t, struct store *db, struct ehr_err *e)
{
	*t = (struct store_temp *)temp_new(store_path(db));
	return *t ? 0 : ehr_fail_errno(e, "%s: temporary file",
	    store_path(db));
}

void store_temp_free(struct store_temp *t)
{
	temp_free(temp(t));
}

int store_temp_write(struct store_temp *t, struct str s, int64_t at,
    struct ehr_err *e)
{
	return temp_write(temp(t), s.s, s.n, at) < 0 ? failed(e) : 0;
}

int store_temp_read(struct store_temp *t, void *p, size_t n, int64_t at,
    struct ehr_err *e)
{
	size_t got;

	if (temp_read(temp(t), p, n, at, &got) < 0)
		return failed(e);
	return got == n ? 0 : ehr_fail(e, EHR_EINTEGRITY,
	    "a temporary file is too short");
}
