/*
 * paper.h - pages of text set as a PDF of letter paper (8.5 x 11 inches), by
 * libharu, in Courier: each column of the text is one of the page.
 *
 * Text is UTF-8. What Windows-1252 has is set (Western European letters,
 * dashes, quotation marks); any other letter becomes a '?'.
 */
#ifndef EHR_PAPER_H
#define EHR_PAPER_H

#include "ehr/base.h"

/* In points, 72 an inch: where the first line begins, how far the next one is
 * below it, how large the letters are (a column is 0.6 of that wide). */
struct paper_layout {
	float left, top, leading, size;
};
extern const struct paper_layout
	paper_form,	/* 80 x 66 at the print positions of a CMS-1500 */
	paper_letter,	/* 80 x 60 with margins of an inch and less */
	paper_sheet;	/* 100 x 66: lists */

/* Appends the pages, \f between them, as a PDF. */
int paper_pdf(struct str pages, const struct paper_layout *l, struct buf *pdf,
    struct ehr_err *e);

#endif
