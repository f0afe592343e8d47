package io.headcount.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Lua script of {@code src/main/resources/lua}; a line {@code -- include: NAME} is replaced by that file. */
record Script(String name, String source, String sha) {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include: (\\w+)$");
    private static final int MOST_NESTING = 8;

    /**
     * Loads a script from the class path.
     *
     * @throws IllegalArgumentException when there is no such file, or files include each other in a circle
     */
    static Script load(String name) {
        return of(name, resolve(name, 0));
    }

    static Script of(String name, String source) {
        return new Script(name, source, sha1(source));
    }

    private static String resolve(String name, int depth) {
        if (depth > MOST_NESTING) {
            throw new IllegalArgumentException("script /lua/" + name + ".lua includes itself");
        }
        return INCLUDE.matcher(read(name))
                .replaceAll(match -> Matcher.quoteReplacement(resolve(match.group(1), depth + 1)));
    }

    private static String read(String name) {
        String path = "/lua/" + name + ".lua";
        try (InputStream in = Script.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + path + " on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
