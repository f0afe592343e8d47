package io.headcount.dev;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** How a node's JVM is started in development; the one place for its flags. */
public final class NodeJvm {
    private static final int COMPACT_HEADERS_SINCE = 25;
    private static final int NATIVE_ACCESS_WARNS_SINCE = 24;

    private NodeJvm() {}

    /**
     * The command up to and including the main class.
     *
     * @param project the project's folder, built
     * @param run the folder that marks the process as ours
     * @param javaHome the JDK to use, or {@code null} for this JVM's
     */
    static List<String> command(Path project, Path run, String javaHome) {
        return command(project, run, javaHome, List.of(), "io.headcount.Headcount", classpath(project));
    }

    /**
     * The command of another main class that runs a node.
     *
     * @param more flags, which win
     */
    static List<String> command(
            Path project, Path run, String javaHome, List<String> more, String main, String classpath) {
        List<String> command = new ArrayList<>();
        String home = javaHome == null ? System.getProperty("java.home") : javaHome;
        command.add(Path.of(home, "bin", "java").toString());
        command.add(NodeProcess.FOLDER_PROPERTY + run + "/");
        command.addAll(flags(javaHome == null ? Runtime.version().feature() : feature(javaHome)));
        Path logback = project.resolve("conf").resolve("logback.xml");
        if (Files.exists(logback)) {
            command.add("-Dlogback.configurationFile=" + logback);
        }
        String own = System.getenv().getOrDefault("HEADCOUNT_JAVA_OPTS", "").strip();
        if (!own.isEmpty()) {
            command.addAll(List.of(own.split("\\s+")));
        }
        command.addAll(more);
        command.add("-cp");
        command.add(classpath);
        command.add(main);
        return command;
    }

    /** The major version of a JDK. */
    public static int feature(String javaHome) {
        try {
            Properties release = new Properties();
            try (Reader reader = Files.newBufferedReader(Path.of(javaHome, "release"))) {
                release.load(reader);
            }
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Runtime.Version.parse(version).feature();
        } catch (IOException e) {
            throw new UncheckedIOException(javaHome + " is no JDK: it has no readable file named release", e);
        }
    }

    static List<String> flags(int javaVersion) {
        // SerialGC: least memory a node, and with several nodes on few cores its threads are not in each other's way.
        List<String> flags = new ArrayList<>(
                List.of("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData"));
        if (javaVersion >= COMPACT_HEADERS_SINCE) {
            flags.add("-XX:+UseCompactObjectHeaders");
        }
        if (javaVersion >= NATIVE_ACCESS_WARNS_SINCE) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        // What Hazelcast asks for on a modular JDK; the same list is in pom.xml as hazelcast.jvmArgs.
        flags.addAll(List.of(
                "--add-modules=java.se",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.management/sun.management=ALL-UNNAMED",
                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED"));
        return flags;
    }

    private static String classpath(Path project) {
        Path target = project.resolve("target");
        try {
            String libraries =
                    Files.readString(target.resolve("classpath-runtime.txt")).strip();
            return target.resolve("classes") + File.pathSeparator + libraries;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "target/classpath-runtime.txt cannot be read; build with mvn test-compile", e);
        }
    }
}
