package io.headcount.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A crowd in a process of its own: both sides of the pipe. The child ends when its stdin does, so it never outlives its
 * leader, and ignores Ctrl-C, which a terminal sends to both.
 */
final class CrowdProcess implements CrowdHandle {
    private static final int HEAP_MEGABYTES = 320;
    private static final int DIRECT_MEGABYTES = 128;

    private final Process process;
    private final Writer toChild;
    private volatile boolean closing;

    /** Starts the child. */
    CrowdProcess(CrowdPlan plan, Consumer<CrowdMessage> leader) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "-XX:MaxDirectMemorySize=" + DIRECT_MEGABYTES + "m",
                        "-Dlogback.configurationFile=io/headcount/load/logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrowdProcess.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        toChild = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        line(CrowdLines.write(plan));
        Thread reader = new Thread(() -> readAll(leader), "crowd-" + plan.index());
        reader.setDaemon(true);
        reader.start();
    }

    @Override
    public void say(CrowdMessage message) {
        try {
            line(CrowdLines.write(message));
        } catch (IOException e) {
            throw new UncheckedIOException("a process of the load has died", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        try (toChild) {
            toChild.flush();
        } catch (IOException e) {
            // Its stdin is gone because it is: that is what is wanted.
            closing = true;
        }
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void line(String text) throws IOException {
        toChild.write(text + "\n");
        toChild.flush();
    }

    private void readAll(Consumer<CrowdMessage> leader) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                leader.accept(CrowdLines.read(line, CrowdMessage.class));
            }
        } catch (IOException | LoadException e) {
            leader.accept(new CrowdMessage.Failed(e.getMessage()));
        }
        if (!closing) {
            leader.accept(new CrowdMessage.Failed("a process of the load ended by itself"));
        }
    }

    /**
     * The child's side.
     *
     * @param args none
     */
    public static void main(String[] args) throws IOException, LoadException {
        PrintStream toLeader = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(ended)));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            CrowdPlan plan = CrowdLines.read(lines.readLine(), CrowdPlan.class);
            LocalCrowd crowd = new LocalCrowd(plan, message -> {
                toLeader.println(CrowdLines.write(message));
                toLeader.flush();
            });
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                crowd.say(CrowdLines.read(line, CrowdMessage.class));
            }
        } finally {
            ended.countDown();
        }
        // Open sockets are dropped by the kernel.
        Runtime.getRuntime().halt(0);
    }

    private static void await(CountDownLatch ended) {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
