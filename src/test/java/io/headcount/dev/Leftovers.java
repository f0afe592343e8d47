package io.headcount.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Processes that a killed launcher left behind. They are known by their command line, in which each of our servers and
 * nodes names the folder it works in; a pid that was noted down could belong to a stranger by now.
 */
final class Leftovers {
    private Leftovers() {}

    /** The servers and nodes of ours whose command line names a path below the folder. */
    static List<ProcessHandle> in(Path folder) {
        String inside = folder.toAbsolutePath() + "/";
        return ProcessHandle.allProcesses()
                .filter(process -> isOurs(commandLine(process.pid()), inside))
                .toList();
    }

    /** SIGKILL to all of them. */
    static void kill(Path folder) {
        in(folder).forEach(ProcessHandle::destroyForcibly);
    }

    /** SIGTERM, SIGKILL to those that are still there after the time; returns how many there were. */
    static int stop(Path folder, Duration limit) {
        List<ProcessHandle> processes = in(folder);
        processes.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + limit.toNanos();
        for (ProcessHandle process : processes) {
            try {
                process.onExit().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return processes.size();
    }

    private static boolean isOurs(List<String> command, String inside) {
        boolean redis = command.get(0).contains("redis-server");
        return command.stream()
                .anyMatch(argument -> argument.startsWith("--datadir=" + inside)
                        || argument.startsWith(NodeProcess.FOLDER_PROPERTY + inside)
                        || (redis && argument.startsWith(inside) && argument.endsWith("/redis.conf")));
    }

    private static List<String> commandLine(long pid) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
            return List.of(new String(bytes, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException e) {
            // It ended meanwhile, or belongs to somebody else.
            return List.of("");
        }
    }
}
