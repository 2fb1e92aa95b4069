#ifndef TESTS_BENCH_LIVE_APP_H
#define TESTS_BENCH_LIVE_APP_H

/** What live_app does between two calls of hit(LIVE_PERIOD - 1). */
enum { LIVE_PERIOD = 4000 };
/** Instructions from range until range_end is reached: two a turn, and one in front. */
#define LIVE_RANGE_TURNS "20000"
enum { LIVE_RANGE = 2 * 20000 + 1 };

#endif
