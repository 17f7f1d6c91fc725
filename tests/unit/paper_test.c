/* Pages as a PDF. What stands on them is read back by pdftotext in
 * tests/bats/claim-form.bats. */
#include "ehr/paper.h"

#include "test.h"

TEST(paper_pages)
{
	BUF_AUTO pdf = BUF_INIT;
	struct ehr_err e = { 0 };

	CHECK_INT(paper_pdf(STR("one\n\f\ntwo\n\xc3\xa9 \xe2\x80\x94 "
	    "\xe4\xb8\xad (\\)\n"), &paper_letter, &pdf, &e), 0);
	CHECK_MEM(pdf.s, 5, "%PDF-");
	CHECK(memmem(pdf.s, pdf.len, "/Count 2", 8) != NULL);
	CHECK(memmem(pdf.s, pdf.len, "WinAnsiEncoding", 15) != NULL);
	CHECK(memmem(pdf.s + pdf.len - 8, 8, "%%EOF", 5) != NULL);
}
