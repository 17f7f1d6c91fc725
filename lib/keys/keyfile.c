/* keyfile.c - key files: a line of random bytes with a name in front. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "slots.h"

#define PREFIX "EHR-KEY-1 "
enum { KEY_BYTES = 32, FILE_LEN = sizeof(PREFIX) - 1 + 2 * KEY_BYTES + 1 };

int keyfile_make(const char *path, struct ehr_err *e)
{
	SECRET_AUTO *s = NULL;
	uint8_t key[KEY_BYTES];
	size_t n;
	int rc = secret_make(&s, e);

	if (rc < 0)
		return rc;
	crypto_random(key, sizeof(key));
	n = (size_t)snprintf(s->s, sizeof(s->s), PREFIX);
	for (size_t i = 0; i < sizeof(key); i++)
		n += (size_t)snprintf(s->s + n, sizeof(s->s) - n, "%02x",
		    key[i]);
	s->s[n++] = '\n';
	s->n = n;
	crypto_cleanse(key, sizeof(key));
	return keys_write_file(path, secret_str(s), 0400, true, e);
}

static int read_key(const char *path, mode_t others, struct secret *s,
    struct ehr_err *e)
{
	uint8_t key[KEY_BYTES];
	size_t prefix = sizeof(PREFIX) - 1;
	bool ok;
	int rc = keys_read_masked(path, others, s->s, FILE_LEN, &s->n, e);

	if (rc < 0)
		return rc;
	ok = s->n == FILE_LEN && memcmp(s->s, PREFIX, prefix) == 0 &&
	    s->s[FILE_LEN - 1] == '\n' &&
	    hex_parse((struct str){ s->s + prefix, 2 * KEY_BYTES }, key,
		KEY_BYTES);
	crypto_cleanse(key, sizeof(key));
	return ok ? 0 : ehr_fail(e, EHR_ENOTEHR, "%s: not a key file", path);
}

int keyfile_read(const char *path, struct secret *s, struct ehr_err *e)
{
	return read_key(path, 0, s, e);
}

/* Those are root's, with an access list for the unit's user. */
enum { CREDENTIAL_OTHERS = S_IRWXO | S_IWGRP };

static int credential(const char *name, struct buf *path, struct ehr_err *e)
{
	const char *dir = secure_getenv("CREDENTIALS_DIRECTORY");

	if (dir == NULL || *dir == '\0')
		return ehr_fail(e, EHR_ENOENT, "no credentials");
	buf_addf(path, "%s/%s", dir, name);
	return 0;
}

int keyfile_credential(struct secret *s, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	int rc = credential("ehr-key", &path, e);

	return rc < 0 ? rc : read_key(path.s, CREDENTIAL_OTHERS, s, e);
}

int secret_read(const char *place, struct secret *s, struct ehr_err *e)
{
	static const char prefix[] = "credential:";
	const char *name = place + sizeof(prefix) - 1;
	BUF_AUTO path = BUF_INIT;
	int rc;

	if (strncmp(place, prefix, sizeof(prefix) - 1) != 0)
		rc = keys_read_file(place, s->s, KEYS_MAX_SECRET, &s->n, e);
	else if (*name == '\0' || strchr(name, '/'))
		return ehr_fail(e, EHR_EUSAGE, "%s: no name", place);
	else if ((rc = credential(name, &path, e)) == 0)
		rc = keys_read_masked(path.s, CREDENTIAL_OTHERS, s->s,
		    KEYS_MAX_SECRET, &s->n, e);
	while (rc == 0 && s->n && strchr("\r\n", s->s[s->n - 1]))
		s->n--;
	for (size_t i = 0; rc == 0 && i < s->n; i++)
		if ((unsigned char)s->s[i] < 0x20)
			rc = ehr_fail(e, EHR_EUSAGE,
			    "%s: more than a line of text", place);
	return rc;
}
