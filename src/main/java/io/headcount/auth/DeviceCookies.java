package io.headcount.auth;

import io.headcount.config.AuthConfig;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Anonymous devices: a cookie with a random id that the server signed, so that the tabs of one browser are one viewer.
 * The cookie is {@code ID.DAY.SIGNATURE}: 128 random bits, the day of signing, and half an HMAC-SHA256 of both. Nothing
 * in it is about the person.
 *
 * <p>The user that it stands for is {@code anon-ID}. A token whose {@code sub} begins so is refused, so that no token's
 * user and no device's can be the same.
 */
final class DeviceCookies {
    static final String NAME = "headcount_device";
    static final String USER_PREFIX = "anon-";

    private static final int ID_BYTES = 16;
    private static final int SIGNATURE_BYTES = 16;
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{22}\\.[0-9]{1,6}\\.[A-Za-z0-9_-]{22}");
    /** More cookies of our name are not looked at: each costs an HMAC a key. */
    private static final int MOST_TRIES = 4;

    private final AuthConfig.Cookies rules;
    private final List<SecretKeySpec> keys;
    private final AuthMetrics metrics;
    private final LongSupplier epochMillis;
    private final SecureRandom random = new SecureRandom();

    /** @param renew whether its cookie should be written anew: signed by an older key, or halfway to its end */
    private record Device(String id, boolean renew) {}

    DeviceCookies(AuthConfig.Cookies rules, AuthMetrics metrics, LongSupplier epochMillis) {
        this.rules = rules;
        this.keys = rules.keys().stream()
                .map(key -> new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"))
                .toList();
        this.metrics = metrics;
        this.epochMillis = epochMillis;
    }

    /** The device behind a request; a new one where no good cookie came. */
    Identity identify(MultiMap headers) {
        Device device = find(headers);
        metrics.device(device == null ? "new" : device.renew ? "renewed" : "known");
        String id = device == null ? newId() : device.id;
        String setCookie = device != null && !device.renew ? null : setCookie(id, headers);
        return new Identity(USER_PREFIX + id, 0, null, setCookie);
    }

    /** The {@code Set-Cookie} that an answer should have; {@code null} when a good cookie came. */
    String offer(MultiMap headers) {
        Device device = find(headers);
        if (device != null && !device.renew) {
            return null;
        }
        return setCookie(device == null ? newId() : device.id, headers);
    }

    private Device find(MultiMap headers) {
        int tries = 0;
        for (String line : headers.getAll("Cookie")) {
            for (String pair : line.split(";", -1)) {
                String cookie = pair.trim();
                if (cookie.startsWith(NAME + "=") && tries++ < MOST_TRIES) {
                    Device device = read(cookie.substring(NAME.length() + 1));
                    if (device != null) {
                        return device;
                    }
                }
            }
        }
        return null;
    }

    private Device read(String value) {
        if (!VALUE.matcher(value).matches()) {
            return null;
        }
        int end = value.lastIndexOf('.');
        byte[] signature = Base64.getUrlDecoder().decode(value.substring(end + 1));
        String signed = value.substring(0, end);
        int dot = signed.indexOf('.');
        long age = today() - Long.parseLong(signed.substring(dot + 1));
        for (int i = 0; i < keys.size(); i++) {
            if (MessageDigest.isEqual(sign(keys.get(i), signed), signature)) {
                boolean over = age > rules.maxAgeDays();
                return over ? null : new Device(signed.substring(0, dot), i > 0 || age > rules.maxAgeDays() / 2);
            }
        }
        return null;
    }

    private String setCookie(String id, MultiMap headers) {
        String signed = id + "." + today();
        String value = signed + "." + base64(sign(keys.get(0), signed));
        boolean secure = rules.secure() == AuthConfig.Secure.ALWAYS || byHttps(headers);
        return NAME + "=" + value + "; Path=/; Max-Age=" + TimeUnit.DAYS.toSeconds(rules.maxAgeDays())
                + "; HttpOnly; SameSite=" + rules.sameSite().wire() + (secure ? "; Secure" : "");
    }

    /** Both headers can be made up, but only by somebody who then has a cookie that his own browser does not send. */
    private static boolean byHttps(MultiMap headers) {
        String forwarded = headers.get("X-Forwarded-Proto");
        String origin = headers.get("Origin");
        return (forwarded != null && forwarded.trim().toLowerCase(Locale.ROOT).startsWith("https"))
                || (origin != null && origin.trim().toLowerCase(Locale.ROOT).startsWith("https://"));
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return base64(id);
    }

    private long today() {
        return TimeUnit.MILLISECONDS.toDays(epochMillis.getAsLong());
    }

    private static byte[] sign(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update("headcount-device\n".getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)), SIGNATURE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
