package io.headcount.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process that is told what to do by lines, and answers each with a line of {@code name=value}. */
final class Helper implements AutoCloseable {
    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;
    private final Thread atExit;

    private Helper(Process process) {
        this.process = process;
        this.to = process.outputWriter(StandardCharsets.UTF_8);
        this.from = process.inputReader(StandardCharsets.UTF_8);
        this.atExit = new Thread(process::destroyForcibly, "stop-" + process.pid());
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Any program; it ends with its standard input, and at the latest with this JVM. */
    static Helper start(List<String> command, Path folder) throws IOException {
        return new Helper(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** A main class of this build, with the flags of a node. */
    static Helper java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return start(command, Path.of("").toAbsolutePath());
    }

    /** Viewers for a server on 127.0.0.1. */
    static Helper crowd(int port) throws IOException {
        return java(CrowdMain.class, Integer.toString(port));
    }

    long pid() {
        return process.pid();
    }

    /** Says a line and waits for the answer. */
    Map<String, String> ask(String line) throws IOException {
        say(line);
        return hear();
    }

    void say(String line) throws IOException {
        to.write(line + "\n");
        to.flush();
    }

    Map<String, String> hear() throws IOException {
        String answer = from.readLine();
        if (answer == null) {
            throw new IOException("a helper process (pid " + pid() + ") ended before it answered");
        }
        Map<String, String> values = new HashMap<>();
        for (String word : answer.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return values;
    }

    /** One number of what a crowd says of itself. */
    long status(String name) throws IOException {
        return Long.parseLong(ask("status").get(name));
    }

    @Override
    public void close() throws IOException {
        try {
            to.close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().removeShutdownHook(atExit);
        }
    }
}
