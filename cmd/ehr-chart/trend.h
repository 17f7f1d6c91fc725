/* trend.h - values over time, for trend.c and plot.c. */
#ifndef TREND_H
#define TREND_H

#include "chart.h"

/* One value; all borrowed from the view. */
struct point {
	const struct view_entry *e;
	const struct view_number *number;
	const char *flag;
	struct str what;
	bool part; /* of an entry that has several */
};
struct points {
	struct point *v;
	size_t n, cap;
};

enum { TREND_UNITS = 8 };
/* The units that occur, in the order they do. */
size_t trend_units(const struct points *all, struct str unit[TREND_UNITS]);

/* Ends the name in .svg or .png? */
bool trend_plot_name(const char *name);
/* Runs gnuplot and writes its picture to the file: EHR_EIO when there is no
 * gnuplot or it failed. */
int trend_plot(const struct cli *c, const struct points *all,
    const char *name, struct ehr_err *e);

#endif
