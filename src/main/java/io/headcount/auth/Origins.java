package io.headcount.auth;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The web sites whose pages may bring viewers: our own host's, and those on the list. */
public final class Origins {
    private final Set<String> allowed;

    /** @param allowed origins such as {@code https://example.com}; {@code *} for all */
    public Origins(List<String> allowed) {
        this.allowed =
                allowed.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether a request may come from where it says it comes from.
     *
     * @param origins its headers {@code Origin}; none where it is no browser's
     * @param host its header {@code Host}
     */
    public boolean allow(List<String> origins, String host) {
        if (origins.isEmpty() || allowed.contains("*")) {
            return true;
        }
        if (origins.size() > 1) {
            return false;
        }
        String origin = origins.get(0).trim().toLowerCase(Locale.ROOT);
        return allowed.contains(origin) || ofHost(origin, host.trim().toLowerCase(Locale.ROOT));
    }

    private static boolean ofHost(String origin, String host) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) {
            return false;
        }
        String port = origin.startsWith("https:") ? ":443" : ":80";
        String authority = origin.substring(scheme + 3);
        return authority.equals(host) || (authority + port).equals(host) || authority.equals(host + port);
    }
}
