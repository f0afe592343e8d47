package io.headcount.browser;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The system's Node.js: it drives Chromium, and runs the tests of the browser's client library. */
final class NodeJs {
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\..*");
    private static final long LIMIT_SECONDS = 120;

    private NodeJs() {}

    /** Where it is: {@code PLAYWRIGHT_NODEJS_PATH}, or the first on the path. */
    static Optional<Path> find() {
        Stream<Path> named = environment("PLAYWRIGHT_NODEJS_PATH").map(Path::of).stream();
        Stream<Path> onThePath = environment("PATH").stream()
                .flatMap(path -> Stream.of(path.split(File.pathSeparator)))
                .map(folder -> Path.of(folder, "node"));
        return Stream.concat(named, onThePath).filter(Files::isExecutable).findFirst();
    }

    /**
     * Runs a file of tests; aborts the calling test, naming what is missing, where there is no Node.js with WebSockets.
     *
     * @param file below {@code src/test/js}
     * @param environment what the tests are told
     * @return the process' exit code and all that it wrote
     */
    static Outcome test(String file, Map<String, String> environment) {
        Optional<Path> node = find();
        Assumptions.assumeTrue(
                node.isPresent(), "NOT RUN: no Node.js on the PATH; install it (apt-get install nodejs)");
        String said = run(List.of(node.orElseThrow().toString(), "--version"), Map.of())
                .output();
        Matcher version = VERSION.matcher(said.strip());
        int major = version.matches() ? Integer.parseInt(version.group(1)) : 0;
        int minor = version.matches() ? Integer.parseInt(version.group(2)) : 0;
        boolean behindAFlag = major < 22;
        Assumptions.assumeTrue(
                major >= 22 || major == 21 || (major == 20 && minor >= 10),
                "NOT RUN: Node.js " + said.strip() + " has no WebSocket; install 20.10 or later");
        List<String> command = new ArrayList<>(List.of(node.orElseThrow().toString()));
        if (behindAFlag) {
            command.add("--experimental-websocket");
        }
        command.addAll(List.of("--test", "--test-reporter=tap", "src/test/js/" + file));
        return run(command, environment);
    }

    private static Outcome run(List<String> command, Map<String, String> environment) {
        try {
            Path output = Files.createTempFile("headcount-node", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            return new Outcome(ended ? process.waitFor() : -1, said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * How a process ended.
     *
     * @param exitCode -1 when it had to be stopped
     * @param output both streams
     */
    record Outcome(int exitCode, String output) {}

    static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }
}
