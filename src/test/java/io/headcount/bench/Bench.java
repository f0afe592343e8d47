package io.headcount.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scripts/bench}. Exit code 1: something that is asked does not hold; 2: bad usage. */
@Command(
        name = "scripts/bench",
        mixinStandardHelpOptions = true,
        description = "Measures the design's figures; writes target/bench/report.{json,md,html}.")
final class Bench implements Callable<Integer> {
    private static final Path FOLDER = Path.of("target", "bench");

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Scenarios to run, in this order (default: all).")
    private final List<String> names = new ArrayList<>();

    @Option(names = "--quick", description = "Shorter holds and fewer repetitions.")
    private boolean quick;

    @Option(names = "--list", description = "Name the scenarios, and end.")
    private boolean list;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench())
                .setExecutionExceptionHandler((e, command, result) -> {
                    e.printStackTrace();
                    return 1;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Scenarios.ALL.forEach(each -> System.out.printf("%-12s %s%n", each.name(), each.about()));
            return 0;
        }
        BenchRun run = new BenchRun(quick);
        boolean complete = true;
        for (Scenario scenario : chosen()) {
            run.begin(scenario);
            try {
                scenario.run(run);
            } catch (Exception e) {
                // What the others measured is worth having.
                run.note("FAILED: " + e);
                e.printStackTrace();
                complete = false;
            }
            report(run);
        }
        Report report = report(run);
        run.say("the report is target/bench/report.{json,md,html}");
        report.results().stream()
                .filter(figure -> Boolean.FALSE.equals(figure.held()))
                .forEach(figure -> run.say("NOT HELD: " + figure.scenario() + ", " + figure.metric() + ": "
                        + figure.value() + " " + figure.unit() + ", asked " + figure.asked()));
        return report.held() && complete ? 0 : 1;
    }

    private List<Scenario> chosen() {
        if (names.isEmpty()) {
            return Scenarios.ALL;
        }
        return names.stream().map(this::named).toList();
    }

    private Scenario named(String name) {
        return Scenarios.ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "no scenario is named '" + name + "'; scripts/bench --list names them"));
    }

    private Report report(BenchRun run) throws Exception {
        String command =
                "scripts/bench" + (names.isEmpty() ? "" : " " + String.join(" ", names)) + (quick ? " --quick" : "");
        Report report = Report.of(command, run);
        report.write(FOLDER);
        return report;
    }
}
