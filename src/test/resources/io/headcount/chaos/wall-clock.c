/*
 * A wall clock that is wrong by WALL_CLOCK_OFFSET_SECONDS, for scripts/chaos: loaded before libc (LD_PRELOAD), so that
 * a whole process believes it. The monotonic clock is left alone, as it is when somebody sets a machine's clock.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset_seconds(void) {
    static long offset;
    static int known;
    if (!known) {
        const char *text = getenv("WALL_CLOCK_OFFSET_SECONDS");
        offset = text ? atol(text) : 0;
        known = 1;
    }
    return offset;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int) syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += offset_seconds();
    }
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void) zone;
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (now) {
        *now = precise.tv_sec;
    }
    return precise.tv_sec;
}
