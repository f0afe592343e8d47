package io.headcount.gateway;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * When the tokens of a loop's sockets end: a second for each place in the registry's array of sockets, in an array beside
 * it that is not there until the first token with an end comes. An entry costs four bytes and moves with its socket, so
 * that nothing is left of one that closed; looking through 25,000 of them once a second costs some 10 µs, and no timer
 * is needed.
 */
final class Expiries {
    static final int MOST_AT_ONCE = 200;

    private static final int NEVER = 0;

    private final long originMillis;
    private int[] seconds = {};
    private int known;
    private int lookedSecond;

    /** @param nowMillis of the loop's clock */
    Expiries(long nowMillis) {
        this.originMillis = nowMillis - 1_000;
    }

    /** Sets the end of a socket's token, on the loop's clock. It is found within a second after. */
    void set(int slot, long atMillis) {
        if (slot >= seconds.length) {
            seconds = Arrays.copyOf(seconds, Math.max(64, slot + (slot >> 1) + 1));
        }
        if (seconds[slot] == NEVER) {
            known++;
        }
        long second = (atMillis - originMillis + 999) / 1_000;
        seconds[slot] = (int) Math.max(1, Math.min(Integer.MAX_VALUE, second));
    }

    /** A socket closed, and the last one took its place. */
    void removed(int slot, int last) {
        if (known == 0) {
            return;
        }
        if (at(slot) != NEVER) {
            known--;
        }
        if (slot < seconds.length) {
            seconds[slot] = at(last);
        }
        if (last < seconds.length) {
            seconds[last] = NEVER;
        }
    }

    /**
     * Calls back with the places below {@code size} whose time has come, downwards; that one may be removed. At most
     * {@link #MOST_AT_ONCE} a call: tokens that were given out together end together, and their owners come back.
     */
    void tick(long nowMillis, int size, IntConsumer expired) {
        int now = (int) Math.min(Integer.MAX_VALUE - 1, (nowMillis - originMillis) / 1_000);
        if (known == 0 || now == lookedSecond) {
            return;
        }
        int left = MOST_AT_ONCE;
        for (int slot = Math.min(size, seconds.length) - 1; slot >= 0 && left > 0; slot--) {
            if (seconds[slot] != NEVER && seconds[slot] <= now) {
                expired.accept(slot);
                left--;
            }
        }
        if (left > 0) {
            lookedSecond = now;
        }
    }

    /** Sockets whose token has an end. */
    int size() {
        return known;
    }

    private int at(int slot) {
        return slot < seconds.length ? seconds[slot] : NEVER;
    }
}
