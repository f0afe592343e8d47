package io.headcount.bench;

import io.headcount.dev.NodeJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A JDK that nodes are run on. */
record Jdk(int version, Path home) {
    /** The one that runs this. */
    static Jdk running() {
        return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
    }

    /** Another one of version 25, or {@code null}: JAVA25_HOME, /usr/lib/jvm, /opt. */
    static Jdk newer() throws IOException {
        List<Path> homes = new ArrayList<>();
        homes.add(System.getenv("JAVA25_HOME") == null ? null : Path.of(System.getenv("JAVA25_HOME")));
        for (String folder : List.of("/usr/lib/jvm", "/opt")) {
            if (Files.isDirectory(Path.of(folder))) {
                try (Stream<Path> children = Files.list(Path.of(folder))) {
                    children.sorted().forEach(homes::add);
                }
            }
        }
        return homes.stream()
                .filter(Objects::nonNull)
                .filter(home -> Files.exists(home.resolve("release")) && Files.exists(home.resolve("bin/jcmd")))
                .map(home -> new Jdk(NodeJvm.feature(home.toString()), home))
                .filter(jdk -> jdk.version() == 25 && Runtime.version().feature() != 25)
                .findFirst()
                .orElse(null);
    }

    String label() {
        return "JDK " + version + (version >= 25 ? ", compact headers" : "");
    }

    /** Bytes of a process' live objects; the count is a full collection. */
    long liveBytes(long pid) throws IOException {
        String total = jcmd(pid, "GC.class_histogram")
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException("jcmd GC.class_histogram has no total"));
        return Long.parseLong(total.strip().split("\\s+", -1)[2]);
    }

    /** A full collection. */
    void collect(long pid) throws IOException {
        jcmd(pid, "GC.run");
    }

    /** What jcmd answers. */
    String jcmd(long pid, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(home.resolve("bin/jcmd").toString(), Long.toString(pid)));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
