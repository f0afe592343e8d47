package io.headcount.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who is logged in at this node's console. Sessions are kept here only: a node that starts again knows none. Belongs to
 * one event loop.
 */
final class ConsoleSessions {
    /** An operator logs in once an hour. */
    static final long LIFE_MILLIS = 3_600_000;

    private static final int MAX_SESSIONS = 100;
    private static final int ID_BYTES = 32;
    /** Guesses a minute, of all who guess together: a token has 16 characters at least. */
    private static final int MAX_REFUSALS = 20;

    private static final long REFUSALS_MILLIS = 60_000;

    /** What became of a try to log in. */
    enum Verdict {
        ACCEPTED,
        WRONG,
        /** Too many wrong tokens in the last minute, or too many sessions. */
        TOO_MANY,
        /** The node has no operators' token. */
        NO_TOKEN
    }

    private final byte[] token;
    private final LongSupplier clockMillis;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Long> endsAtMillis = new HashMap<>();
    private long refusalsSinceMillis;
    private int refusals;

    /**
     * @param token auth.adminToken; empty for none
     * @param clockMillis monotonic
     */
    ConsoleSessions(String token, LongSupplier clockMillis) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.clockMillis = clockMillis;
    }

    /** Judges a token; only where it is right {@link #open} is to follow. */
    Verdict judge(String given) {
        long now = clockMillis.getAsLong();
        if (now - refusalsSinceMillis > REFUSALS_MILLIS) {
            refusalsSinceMillis = now;
            refusals = 0;
        }
        endsAtMillis.values().removeIf(end -> end <= now);
        if (token.length == 0) {
            return Verdict.NO_TOKEN;
        }
        if (refusals >= MAX_REFUSALS || endsAtMillis.size() >= MAX_SESSIONS) {
            return Verdict.TOO_MANY;
        }
        if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token)) {
            refusals++;
            return Verdict.WRONG;
        }
        return Verdict.ACCEPTED;
    }

    /** A new session's id, 256 random bits. */
    String open() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        endsAtMillis.put(id, clockMillis.getAsLong() + LIFE_MILLIS);
        return id;
    }

    /** How long the session lives yet; 0 when there is no such session, or none any more. */
    long remainingMillis(String id) {
        Long end = id == null ? null : endsAtMillis.get(id);
        return end == null ? 0 : Math.max(0, end - clockMillis.getAsLong());
    }

    /** Ends a session. */
    void close(String id) {
        endsAtMillis.remove(id);
    }
}
