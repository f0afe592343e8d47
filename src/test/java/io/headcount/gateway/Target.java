package io.headcount.gateway;

import io.headcount.dev.NodeProcess;
import io.headcount.gateway.TargetGateway.Figures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other end of {@link TargetGateway}'s process. */
final class Target implements AutoCloseable {
    final int port;
    private final Process process;
    private final BufferedReader out;
    private final Writer in;

    Target(String... settings) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Touched from the start, so that what RSS grows by is not heap.
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                TargetGateway.class.getName()));
        command.addAll(List.of(settings));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().putAll(NodeProcess.MALLOC);
            process = builder.start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            in = process.outputWriter(StandardCharsets.US_ASCII);
            port = Integer.parseInt(next("port ").substring("port ".length()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it takes now, after a full collection. */
    synchronized Figures figures() {
        try {
            in.write("\n");
            in.flush();
            return Figures.parse(next(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line that begins so and, for figures, is nothing but numbers: the log goes the same way. */
    private String next(String prefix) throws IOException {
        String pattern = prefix + "\\d+( \\d+)*";
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.matches(pattern)) {
                return line;
            }
        }
        throw new IllegalStateException("the gateway has ended");
    }

    @Override
    public void close() {
        try {
            in.close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
