package io.headcount.chaos;

import io.headcount.chaos.Findings.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs one fault on a scene. */
final class Stage {
    private Stage() {}

    /** Mends what the last fault left, runs the next. */
    static Row run(Scene scene, Fault fault) {
        if (fault.cannotRun() != null) {
            return Row.notRun(fault, fault.cannotRun());
        }
        long startedAt = System.nanoTime();
        try {
            scene.recover();
        } catch (IllegalStateException e) {
            return broken(scene, fault, startedAt, e);
        }
        Findings findings = new Findings(scene);
        try {
            fault.action().run(scene, findings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            findings.failed(e);
        } catch (Exception e) {
            findings.failed(e);
        }
        scene.unwatch(findings.watch());
        return findings.row(fault, (System.nanoTime() - startedAt) / 1_000_000);
    }

    private static Row broken(Scene scene, Fault fault, long startedAt, IllegalStateException why) {
        Findings findings = new Findings(scene);
        findings.failed(why);
        scene.unwatch(findings.watch());
        return findings.row(fault, (System.nanoTime() - startedAt) / 1_000_000);
    }

    /** Empties a folder. */
    static void clear(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : all) {
            Files.delete(one);
        }
    }
}
