package io.headcount.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands between viewers and the public server, or does not.
 *
 * @param trustedProxies whose {@code X-Forwarded-For} is believed; empty: nobody's
 * @param certFile PEM, the server's certificate first; empty: no TLS, a load balancer ends it
 * @param keyFile PEM, its private key (PKCS#8); empty exactly when {@code certFile} is
 */
public record EdgeConfig(List<Cidr> trustedProxies, String certFile, String keyFile) {
    private static final String CERT = "http.tls.certFile";
    private static final String KEY = "http.tls.keyFile";

    static EdgeConfig read(Settings s) {
        List<Cidr> proxies = new ArrayList<>();
        for (String text : s.list("http.trustedProxies", List.of(), ".+", "")) {
            try {
                proxies.add(Cidr.parse(text));
            } catch (IllegalArgumentException e) {
                s.problem("http.trustedProxies", text, "a list of addresses or networks like 10.0.0.0/8");
            }
        }
        EdgeConfig edge = new EdgeConfig(List.copyOf(proxies), file(s, CERT), file(s, KEY));
        if (edge.certFile.isEmpty() != edge.keyFile.isEmpty()) {
            s.problem(edge.certFile.isEmpty() ? CERT : KEY, "", "set where the other of the two is");
        }
        return edge;
    }

    /** Whether the public server speaks TLS. */
    public boolean tls() {
        return !certFile.isEmpty();
    }

    private static String file(Settings s, String key) {
        String file = s.text(key, "");
        if (!file.isEmpty() && !Files.isReadable(Path.of(file))) {
            s.problem(key, file, "a PEM file that this process can read; not absolute: from where it was started");
        }
        return file;
    }
}
