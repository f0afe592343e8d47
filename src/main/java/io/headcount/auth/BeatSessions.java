package io.headcount.auth;

import io.headcount.store.BeatStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Ids of sessions without a socket. An id carries when it was issued, and a signature over that, the stream and the
 * user: so it can be told from an invented one, or somebody else's, also when Redis has lost everything, and its session
 * goes on with its own beginning.
 */
public final class BeatSessions {
    private static final int BODY_BYTES = 24;
    private static final int MAC_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";

    private final List<String> keys;
    private final SecureRandom random = new SecureRandom();

    /** @param keys the first signs, all verify; not empty */
    public BeatSessions(List<String> keys) {
        this.keys = List.copyOf(keys);
    }

    /** A new id. */
    public String issue(String stream, String user, long nowMillis) {
        byte[] body = new byte[BODY_BYTES];
        random.nextBytes(body);
        ByteBuffer.wrap(body).putLong(nowMillis);
        byte[] id = Arrays.copyOf(body, BODY_BYTES + MAC_BYTES);
        System.arraycopy(mac(keys.get(0), body, stream, user), 0, id, BODY_BYTES, MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    /** When it was issued for this user and stream; -1 when it was not, or when its time is over. */
    public long issuedAtMillis(String session, String stream, String user, long nowMillis) {
        byte[] id;
        try {
            id = Base64.getUrlDecoder().decode(session);
        } catch (IllegalArgumentException e) {
            return -1;
        }
        if (id.length != BODY_BYTES + MAC_BYTES) {
            return -1;
        }
        byte[] body = Arrays.copyOf(id, BODY_BYTES);
        byte[] given = Arrays.copyOfRange(id, BODY_BYTES, id.length);
        boolean ours = keys.stream()
                .anyMatch(key -> MessageDigest.isEqual(given, Arrays.copyOf(mac(key, body, stream, user), MAC_BYTES)));
        long issuedAt = ByteBuffer.wrap(body).getLong();
        return ours && nowMillis - issuedAt < BeatStore.ID_LIFE_MILLIS ? issuedAt : -1;
    }

    /** The purpose keeps these signatures apart from others made with the same key. */
    private static byte[] mac(String key, byte[] body, String stream, String user) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update(("headcount beat:" + stream + ":" + user + ":").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
