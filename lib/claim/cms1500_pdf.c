/* cms1500_pdf.c - pages of text as a PDF, by libharu. */
#include <hpdf.h>

#include "ehr/claim.h"

/* In points. Column 1 is .36 inch from the edge: the vendor's map of 24. */
enum { WIDTH = 612, HEIGHT = 792, LEFT = 26, LEADING = 12, SIZE = 12 };

static void failed(HPDF_STATUS error, HPDF_STATUS detail, void *arg)
{
	HPDF_STATUS *first = arg;

	(void)detail;
	if (*first == HPDF_OK)
		*first = error;
}

static void add_page(HPDF_Doc doc, HPDF_Font font, struct str text)
{
	HPDF_Page page = HPDF_AddPage(doc);
	BUF_AUTO b = BUF_INIT;
	struct str line;
	int n = 0;

	HPDF_Page_SetWidth(page, WIDTH);
	HPDF_Page_SetHeight(page, HEIGHT);
	HPDF_Page_BeginText(page);
	HPDF_Page_SetFontAndSize(page, font, SIZE);
	while (str_split(&text, '\n', &line)) {
		n++;
		if (line.n == 0)
			continue;
		buf_reset(&b);
		buf_addstr(&b, line);
		HPDF_Page_TextOut(page, LEFT,
		    (HPDF_REAL)(HEIGHT - LEADING * n), b.s);
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

int claim_paper_pdf(struct str pages, struct buf *pdf, struct ehr_err *e)
{
	HPDF_STATUS first = HPDF_OK;
	HPDF_Doc doc = HPDF_New(failed, &first);
	HPDF_Font font;
	struct str page;

	if (doc == NULL)
		return ehr_fail(e, EHR_EIO, "no memory for a PDF");
	HPDF_SetCompressionMode(doc, HPDF_COMP_ALL);
	font = HPDF_GetFont(doc, "Courier", "StandardEncoding");
	while (first == HPDF_OK && str_split(&pages, '\f', &page))
		add_page(doc, font, page);
	if (first == HPDF_OK)
		take(doc, pdf);
	HPDF_Free(doc);
	return first == HPDF_OK || first == HPDF_STREAM_EOF ? 0 :
	    ehr_fail(e, EHR_EIO, "PDF: libharu's error %#lx", first);
}
