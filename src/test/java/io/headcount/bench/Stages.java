package io.headcount.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a node's CPU goes, by the packages in the samples of the JDK's flight recorder: of each sample the innermost frame
 * that belongs to a stage says which it is.
 */
final class Stages {
    /** What is sampled; the recorder's native samples are of threads that wait. */
    private static final Set<String> SAMPLES = Set.of("jdk.ExecutionSample");

    /** Prefixes of class names, the first that fits. */
    private static final Map<String, String> STAGES = new LinkedHashMap<>();

    static {
        STAGES.put("io.headcount.gateway.Inject", "load generator");
        STAGES.put("io.headcount.gateway.Sightings", "load generator");
        STAGES.put("io.headcount.gateway.Population", "load generator");
        STAGES.put("io.headcount.gateway.", "gateway");
        STAGES.put("io.headcount.counter.Owner", "owner");
        STAGES.put("io.headcount.counter.CountBoard", "owner");
        STAGES.put("io.headcount.counter.", "counter");
        STAGES.put("io.headcount.store.redis.", "Redis client");
        STAGES.put("io.vertx.redis.", "Redis client");
        STAGES.put("io.headcount.persistence.", "persistence");
        STAGES.put("io.headcount.store.mysql.", "persistence");
        STAGES.put("io.vertx.mysqlclient.", "persistence");
        STAGES.put("io.vertx.sqlclient.", "persistence");
        STAGES.put("io.headcount.reconciler.", "reconciler");
        STAGES.put("io.headcount.bus.", "bus");
        STAGES.put("com.hazelcast.", "bus");
    }

    private final Path file;
    private final Jdk jdk;
    private final long pid;

    private Stages(Path file, Jdk jdk, long pid) {
        this.file = file;
        this.jdk = jdk;
        this.pid = pid;
    }

    /** Begins to record. */
    static Stages record(Jdk jdk, long pid) throws IOException {
        Path file = Files.createTempFile("headcount-bench", ".jfr").toAbsolutePath();
        jdk.jcmd(pid, "JFR.start", "name=bench", "settings=profile");
        return new Stages(file, jdk, pid);
    }

    /** Ends it; the share of each stage, 0 to 1. */
    Map<String, Double> shares() throws IOException {
        jdk.jcmd(pid, "JFR.stop", "name=bench", "filename=" + file);
        Map<String, Double> counts = new LinkedHashMap<>();
        STAGES.values().forEach(stage -> counts.putIfAbsent(stage, 0.0));
        double all = 0;
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (SAMPLES.contains(event.getEventType().getName()) && event.getStackTrace() != null) {
                    counts.merge(stage(event.getStackTrace().getFrames()), 1.0, Double::sum);
                    all++;
                }
            }
        } finally {
            Files.deleteIfExists(file);
        }
        double total = Math.max(1, all);
        counts.replaceAll((stage, count) -> count / total);
        return counts;
    }

    private static String stage(List<RecordedFrame> frames) {
        for (RecordedFrame frame : frames) {
            String name = frame.getMethod().getType().getName();
            for (Map.Entry<String, String> stage : STAGES.entrySet()) {
                if (name.startsWith(stage.getKey())) {
                    return stage.getValue();
                }
            }
        }
        return "sockets to Redis and MySQL, and the rest";
    }
}
