package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates of a CA of their own, made as operators make them: by {@code scripts/certificates}. */
public final class Certificates {
    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** Makes a CA and certificates; {@code nodes} as the script takes them, {@code NAME=HOST}. */
    public static Certificates make(String... nodes) {
        Path folder = SharedServers.newFolder("tls");
        List<String> command = new ArrayList<>(List.of("scripts/certificates", "--out", folder.toString()));
        command.addAll(List.of(nodes));
        try {
            ServerBinaries.execute(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Certificates(folder);
    }

    /** The CA's certificate. */
    public String ca() {
        return folder.resolve("ca.pem").toString();
    }

    /** A node's certificate. */
    public String certificate(String name) {
        return folder.resolve(name + ".pem").toString();
    }

    /** A node's key. */
    public String key(String name) {
        return folder.resolve(name + ".key").toString();
    }

    /** Lines of a Redis server's configuration. */
    public String ofRedis(String name, int port, boolean ofClientsToo) {
        return """
                tls-port %d
                tls-ca-cert-file %s
                tls-cert-file %s
                tls-key-file %s
                tls-auth-clients %s
                """.formatted(port, ca(), certificate(name), key(name), ofClientsToo ? "yes" : "no");
    }
}
