package io.headcount.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A process that this JVM started: known by its pid, writing to a log file, and dead when this JVM is dead.
 *
 * <p>It runs in a session of its own, so that Ctrl-C in a terminal reaches the launcher only, which then stops
 * everything in order. Where {@code setpriv} knows it (util-linux; on every Debian and Ubuntu), the kernel signals the
 * process when the <em>thread</em> that started it ends, even by kill -9: hence the one thread that starts all of them
 * and never ends itself.
 */
public final class ChildProcess implements AutoCloseable {
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "headcount-dev-starter");
        thread.setDaemon(true);
        return thread;
    });
    private static final boolean SETSID = works("setsid", "true");
    private static final boolean DEATH_SIGNAL = works("setpriv", "--pdeathsig", "KILL", "true");

    private static final Set<ChildProcess> LIVING = ConcurrentHashMap.newKeySet();
    private static volatile boolean closed;

    private final String name;
    private final Path log;
    private final Process process;

    private ChildProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * What to start.
     *
     * @param name for messages
     * @param command program and arguments
     * @param folder where it runs
     * @param environment added to this JVM's own; an empty value removes a variable
     * @param log takes standard output and error; what was there before is kept beside it as {@code .old}
     * @param orphanSignal TERM or KILL: what the process gets when this JVM dies
     */
    public record Spec(
            String name,
            List<String> command,
            Path folder,
            Map<String, String> environment,
            Path log,
            String orphanSignal) {
        public Spec {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    /** Starts a process; that it runs does not mean that it serves. */
    public static ChildProcess start(Spec spec) {
        try {
            Files.createDirectories(spec.log().toAbsolutePath().getParent());
            if (Files.exists(spec.log())) {
                Path old = spec.log().resolveSibling(spec.log().getFileName() + ".old");
                Files.move(spec.log(), old, StandardCopyOption.REPLACE_EXISTING);
            }
            return STARTER.submit(() -> startNow(spec)).get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    spec.name() + " cannot be started: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ChildProcess startNow(Spec spec) throws IOException {
        if (closed) {
            throw new IOException("everything is being stopped");
        }
        ChildProcess child =
                new ChildProcess(spec.name(), spec.log(), builder(spec).start());
        LIVING.removeIf(ended -> !ended.isAlive());
        LIVING.add(child);
        return child;
    }

    /** Refuses further starts and returns what runs: for whoever stops everything. */
    static List<ChildProcess> closeAndList() {
        closed = true;
        try {
            // Behind a start that is under way.
            return STARTER.submit(ChildProcess::living).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return living();
        }
    }

    private static List<ChildProcess> living() {
        return LIVING.stream().filter(ChildProcess::isAlive).toList();
    }

    private static ProcessBuilder builder(Spec spec) {
        List<String> command = new ArrayList<>();
        if (SETSID) {
            command.add("setsid");
        }
        if (DEATH_SIGNAL) {
            command.addAll(List.of("setpriv", "--pdeathsig", spec.orphanSignal()));
        }
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(spec.folder().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(spec.log().toFile());
        spec.environment().forEach((key, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(key);
            } else {
                builder.environment().put(key, value);
            }
        });
        return builder;
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Its standard output and error. */
    public Path log() {
        return log;
    }

    /** Whether it runs (a paused process does). */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code of a process that ended; 128 + the signal's number where a signal ended it. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Runs an action, once, when it has ended; at once when that was before. */
    public void onExit(Runnable action) {
        CompletableFuture<Void> unused = process.onExit().thenRun(action);
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        if (!awaitExit(Duration.ofSeconds(10))) {
            throw new IllegalStateException(name + " (pid " + pid() + ") survived SIGKILL");
        }
    }

    /**
     * SIGSTOP: alive, holding its sockets, doing nothing. Returns when each of its threads has stopped: on a busy machine
     * they still answer for a while after the signal was sent.
     */
    public void pause() {
        signal("STOP");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (process.isAlive() && !stopped() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /** By proc(5): the state follows the name, which is in parentheses and may hold anything. */
    private boolean stopped() {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (!"TtZX".contains(stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // A thread ended while it was looked at: look again.
            return false;
        }
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    /** SIGTERM, without waiting. */
    public void terminate() {
        process.destroy();
    }

    /** Waits; false when it still runs after that time. */
    public boolean awaitExit(Duration limit) {
        try {
            return process.waitFor(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** SIGTERM, and SIGKILL for one that does not obey in time; false when that was needed. */
    public boolean stop(Duration limit) {
        return stopAll(List.of(this), limit).isEmpty();
    }

    /** Stops several at once; returns those that had to be killed. */
    public static List<ChildProcess> stopAll(List<ChildProcess> processes, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        processes.forEach(ChildProcess::terminate);
        List<ChildProcess> killed = new ArrayList<>();
        for (ChildProcess child : processes) {
            if (!child.awaitExit(Duration.ofNanos(deadline - System.nanoTime()))) {
                killed.add(child);
            }
        }
        killed.forEach(ChildProcess::kill);
        return killed;
    }

    /** The last lines of the log, the newest last; empty when there is none. */
    public List<String> tail(int lines) {
        try {
            List<String> all = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Stops it with five seconds of patience. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(5));
    }

    private void signal(String signal) {
        // A shell's own kill: not every slim system has /bin/kill.
        if (!works("sh", "-c", "kill -s " + signal + " " + pid())) {
            throw new IllegalStateException("SIG" + signal + " did not reach " + name + " (pid " + pid() + ")");
        }
    }

    private static boolean works(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
