/* score_ladder.c - points of a rate by its benchmark. */
#include "ehr/quality-score.h"

/* The lower the better: the same ladder from its other end, and a step holds
 * its upper bound, not its lower. */
static void find_step(const struct ratio p[SCORE_PERCENTILES], bool inverse,
    struct ratio rate, struct score_step *s)
{
	if (!inverse) { /* p[k] <= rate < p[k + 1] is step k + 1 */
		for (s->step = 10; s->step > 0; s->step--)
			if (ratio_cmp(rate, p[s->step - 1]) >= 0)
				break;
		s->from = p[s->step > 0 ? s->step - 1 : 0];
		s->to = p[s->step];
	} else { /* p[10 - k] < rate <= p[11 - k] is step k */
		for (s->step = 10; s->step > 0; s->step--)
			if (ratio_cmp(rate, p[11 - s->step]) <= 0)
				break;
		s->from = p[s->step > 0 ? 11 - s->step : 10];
		s->to = p[s->step > 0 ? 10 - s->step : 10];
	}
}

struct score_step score_ladder(const struct ratio percentile[SCORE_PERCENTILES],
    bool inverse, struct ratio rate, int digits)
{
	struct ratio tick = ratio(1, 1), almost;
	struct score_step s;

	find_step(percentile, inverse, rate, &s);
	s.x = ratio(0, 1);
	if (s.step == 0) {
		s.points = ratio(1, 1);
		return s;
	}
	if (s.step < 10) {
		for (int i = 0; i < digits; i++)
			tick = ratio_div(tick, ratio(10, 1));
		almost = ratio_sub(ratio(1, 1), tick);
		s.x = ratio_min(almost, ratio_round(ratio_div(
		    ratio_sub(rate, s.from), ratio_sub(s.to, s.from)), digits));
	}
	s.points = ratio_add(ratio(s.step, 1), s.x);
	return s;
}
