package io.headcount.chaos;

import io.headcount.chaos.Findings.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scripts/chaos}. */
@Command(
        name = "scripts/chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Starts three nodes, a Redis Cluster of six, MySQL and real viewers on 127.0.0.1, breaks one thing after the"
                    + " other and measures what becomes of the counts. All faults take about 25 minutes. Exit 0: every"
                    + " row that ran held; 1: one did not.",
            "Writes target/chaos/report.md and .json; the servers' logs are in target/chaos/run."
        })
final class Chaos implements Callable<Integer> {
    private static final Path FOLDER = Path.of("target", "chaos").toAbsolutePath();

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these faults.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "Names all faults and ends.")
    private boolean list;

    @Option(names = "--viewers", paramLabel = "N", description = "Users, 30 to 12000 (default: ${DEFAULT-VALUE}).")
    private int viewers = 6_000;

    @Option(names = "--quick", description = "Outages of a minute last some seconds: to try the rows, not for figures.")
    private boolean quick;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    /** Runs it. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Chaos()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            Faults.all()
                    .forEach(fault ->
                            say(String.format("%-22s %s (asked: %s)", fault.name(), fault.title(), fault.asked())));
            return 0;
        }
        List<Fault> faults = selected();
        Path run = FOLDER.resolve("run");
        Stage.clear(run);
        say("Starting three nodes, six Redis, MySQL and the viewers' processes (logs in target/chaos/run)");
        List<Row> rows = new ArrayList<>();
        Report report = new Report(FOLDER, viewers);
        try (Scene scene = Scene.start(new Scene.Options(run, viewers, Duration.ofSeconds(10), quick))) {
            for (Fault fault : faults) {
                say("-> " + fault.title());
                Row row = Stage.run(scene, fault);
                rows.add(row);
                report.lines(row).forEach(Chaos::say);
                report.write(rows);
            }
        }
        say("");
        report.table(rows).forEach(Chaos::say);
        boolean held = rows.stream().allMatch(row -> row.held() || row.notRun() != null);
        say(held ? "scripts/chaos: every row that ran held" : "scripts/chaos: NOT every row held");
        return held ? 0 : 1;
    }

    private List<Fault> selected() {
        if (viewers < 30 || viewers > 12_000) {
            throw new ParameterException(spec.commandLine(), "--viewers must be 30 to 12000");
        }
        List<String> names = Faults.all().stream().map(Fault::name).toList();
        only.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw new ParameterException(spec.commandLine(), "no fault is called " + name + "; --list names them");
        });
        return Faults.all().stream()
                .filter(fault -> only.isEmpty() || only.contains(fault.name()))
                .toList();
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
