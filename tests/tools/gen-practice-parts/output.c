/* output.c - resources into bundles, one stream, or a file per type. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "gen.h"

enum { FLUSH_AT = 1 << 18 };

static int write_all(int fd, const char *s, size_t n, struct ehr_err *e)
{
	while (n) {
		ssize_t done = write(fd, s, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ehr_fail_errno(e, "write");
		s += done;
		n -= (size_t)done;
	}
	return 0;
}

static int create(struct gen *g, const char *name, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;

	buf_addf(&path, "%s/%s", g->dir, name);
	int fd = open(path.s, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? ehr_fail_errno(e, "%s", path.s) : fd;
}

static int flush(struct gen *g, int slot, const char *name, struct ehr_err *e)
{
	struct buf *b = &g->out[slot];

	if (g->fd[slot] < 0 && (g->fd[slot] = create(g, name, e)) < 0)
		return e->code;
	int rc = write_all(g->fd[slot], b->s, b->len, e);
	g->bytes += b->len;
	buf_reset(b);
	return rc;
}

int open_output(struct gen *g, struct ehr_err *e)
{
	for (int i = 0; i < T_COUNT; i++) {
		g->fd[i] = -1;
		g->out[i] = BUF_INIT;
	}
	g->b = &g->out[0];
	if (!g->dir)
		g->fd[0] = STDOUT_FILENO;
	else if (g->form == AS_NDJSON)
		g->fd[0] = create(g, "practice.ndjson", e);
	return !g->dir || g->form != AS_NDJSON || g->fd[0] >= 0 ? 0 : e->code;
}

/* On standard output a bundle is one line, in a folder a file of its own. */
static const char *line_end(const struct gen *g)
{
	return g->dir ? "\n" : "";
}

void open_resource(struct gen *g, const struct ref *ref, const char *updated,
    const char *profile)
{
	const char *name = type_name[ref->type];

	g->cur = *ref;
	if (g->form == AS_BY_TYPE)
		g->b = &g->out[ref->type];
	if (g->form == AS_BUNDLES)
		put(g, "%s%s{'fullUrl':'urn:uuid:%i','resource':",
		    g->entries++ ? "," : "", line_end(g), &ref->id);
	put(g, "{'resourceType':'%s','id':'%i','meta':{'lastUpdated':'%s'",
	    name, &ref->id, updated);
	if (profile)
		put(g,
		    ",'profile':['http://hl7.org/fhir/us/core/"
		    "StructureDefinition/us-core-%s']",
		    profile);
	if (g->course.who.test && !ref->shared)
		put(g, ",'security':[{'system':'http://terminology.hl7.org/"
		       "CodeSystem/v3-ActReason','code':'HTEST',"
		       "'display':'test health data'}]");
	put(g, "}");
}

void close_resource(struct gen *g)
{
	g->resources++;
	if (g->form == AS_BUNDLES)
		put(g, "},'request':{'method':'PUT','url':'%s/%i'}}",
		    type_name[g->cur.type], &g->cur.id);
	else
		put(g, "}\n");
}

void open_chart(struct gen *g)
{
	g->entries = 0;
	if (g->form == AS_BUNDLES)
		put(g, "{'resourceType':'Bundle','type':'transaction',"
		       "'entry':[");
}

int close_chart(struct gen *g, const char *name, struct ehr_err *e)
{
	int rc = 0;

	if (g->form == AS_BUNDLES) {
		put(g, "%s]}\n", line_end(g));
		if (g->dir) {
			rc = flush(g, 0, name, e);
			close(g->fd[0]);
			g->fd[0] = -1;
			return rc;
		}
	}
	for (int i = 0; i < T_COUNT && !rc; i++) {
		if (g->out[i].len < FLUSH_AT)
			continue;
		char file[64];

		snprintf(file, sizeof(file), "%s.ndjson", type_name[i]);
		rc = flush(g, i, file, e);
	}
	return rc;
}

int close_output(struct gen *g, struct ehr_err *e)
{
	int rc = 0;

	for (int i = 0; i < T_COUNT; i++) {
		char file[64];

		snprintf(file, sizeof(file), "%s.ndjson", type_name[i]);
		if (!rc && g->out[i].len)
			rc = flush(g, i, file, e);
		buf_release(&g->out[i]);
		if (g->fd[i] >= 0 && close(g->fd[i]) && !rc)
			rc = ehr_fail_errno(e, "close");
	}
	return rc;
}
