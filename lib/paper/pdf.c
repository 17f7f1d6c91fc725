/* pdf.c - pages of text as a PDF, by libharu. */
#include "ehr/paper.h"

#include <hpdf.h>

enum { WIDTH = 612, HEIGHT = 792 };

/* The form's column 1 is .36 inch from the edge: the vendor's map of 24. */
const struct paper_layout paper_form = { 26, 12, 12, 12 };
const struct paper_layout paper_letter = { 66, 66, 12, 10 };
const struct paper_layout paper_sheet = { 36, 48, 11, 9 };

/* Windows-1252 where it is not Latin-1 (0x80 to 0x9f); 0: nothing. */
static const uint16_t high[32] = { 0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026,
	0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0,
	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
	0x161, 0x203a, 0x153, 0, 0x17e, 0x178 };

static char encoded(uint32_t cp)
{
	if ((cp >= 0x20 && cp < 0x7f) || (cp >= 0xa0 && cp <= 0xff))
		return (char)cp;
	for (size_t i = 0; i < ARRAY_LEN(high); i++)
		if (cp == high[i] && cp)
			return (char)(0x80 + i);
	return '?';
}

static void encode(struct str line, struct buf *b)
{
	const char *s = line.s, *end = line.s + line.n;

	while (s < end)
		buf_addch(b, encoded(utf8_next(&s, end)));
}

static void failed(HPDF_STATUS error, HPDF_STATUS detail, void *arg)
{
	HPDF_STATUS *first = arg;

	(void)detail;
	if (*first == HPDF_OK)
		*first = error;
}

static void add_page(HPDF_Doc doc, HPDF_Font font, struct str text,
    const struct paper_layout *l)
{
	HPDF_Page page = HPDF_AddPage(doc);
	BUF_AUTO b = BUF_INIT;
	struct str line;
	int n = 0;

	HPDF_Page_SetWidth(page, WIDTH);
	HPDF_Page_SetHeight(page, HEIGHT);
	HPDF_Page_BeginText(page);
	HPDF_Page_SetFontAndSize(page, font, l->size);
	while (str_split(&text, '\n', &line)) {
		float down = l->top + l->leading * (float)n++;

		if (line.n == 0)
			continue;
		buf_reset(&b);
		encode(line, &b);
		HPDF_Page_TextOut(page, l->left, HEIGHT - down, b.s);
	}
	HPDF_Page_EndText(page);
}

static void take(HPDF_Doc doc, struct buf *pdf)
{
	HPDF_BYTE bytes[4096];
	HPDF_UINT32 n;

	HPDF_SaveToStream(doc);
	HPDF_ResetStream(doc);
	do {
		n = sizeof(bytes);
		HPDF_ReadFromStream(doc, bytes, &n);
		buf_add(pdf, (const char *)bytes, n);
	} while (n == sizeof(bytes));
}

int paper_pdf(struct str pages, const struct paper_layout *l, struct buf *pdf,
    struct ehr_err *e)
{
	HPDF_STATUS first = HPDF_OK;
	HPDF_Doc doc = HPDF_New(failed, &first);
	HPDF_Font font;
	struct str page;

	if (doc == NULL)
		return ehr_fail(e, EHR_EIO, "no memory for a PDF");
	HPDF_SetCompressionMode(doc, HPDF_COMP_ALL);
	font = HPDF_GetFont(doc, "Courier", "WinAnsiEncoding");
	while (first == HPDF_OK && str_split(&pages, '\f', &page))
		add_page(doc, font, page, l);
	if (first == HPDF_OK)
		take(doc, pdf);
	HPDF_Free(doc);
	return first == HPDF_OK || first == HPDF_STREAM_EOF ? 0 :
	    ehr_fail(e, EHR_EIO, "PDF: libharu's error %#lx", first);
}
