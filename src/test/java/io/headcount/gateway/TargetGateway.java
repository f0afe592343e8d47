package io.headcount.gateway;

import io.headcount.model.Mode;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A gateway in a process of its own, to be attacked and looked at from outside. Arguments are settings, {@code
 * key=value}. Prints its port; a line on its input is answered with one of figures ({@link Figures}); ends with its
 * input. The stream {@code pushed} gets a new count every 20 ms.
 */
final class TargetGateway {
    private TargetGateway() {}

    /**
     * What the process takes.
     *
     * @param heapBytes after a full collection
     * @param rssBytes resident
     * @param descriptors open files
     * @param sockets open viewers' sockets
     */
    record Figures(long heapBytes, long rssBytes, int descriptors, int sockets) {
        static Figures parse(String line) {
            String[] words = line.split(" ", -1);
            return new Figures(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]));
        }

        @Override
        public String toString() {
            return heapBytes / 1_024 + " KB heap, " + rssBytes / 1_024 + " KB RSS, " + descriptors + " descriptors, "
                    + sockets + " sockets";
        }
    }

    public static void main(String[] arguments) throws IOException {
        Object[] settings = Arrays.stream(arguments)
                .flatMap(one -> Stream.of(one.split("=", 2)))
                .toArray();
        RunningGateway running = new RunningGateway(new VertxOptions().setPreferNativeTransport(true), settings);
        running.counter.withoutRecord();
        long[] viewers = {0};
        running.vertx.setPeriodic(
                20, timer -> running.publish(running.counter.count("pushed", ++viewers[0], Mode.EXACT)));
        System.out.println("port " + running.port);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (in.readLine() != null) {
            System.out.println(figures(running));
        }
        running.close();
    }

    private static String figures(RunningGateway running) throws IOException {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long rss = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                rss = Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
            }
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return heap + " " + rss + " " + open.count() + " " + running.gateway.sockets();
        }
    }
}
