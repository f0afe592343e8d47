package io.headcount.bench;

/** One thing that is measured. To add one: a class, and a line in {@link Scenarios}. */
interface Scenario {
    /** As in {@code scripts/bench NAME}. */
    String name();

    /** What it measures, a line. */
    String about();

    /** Measures; figures go to the run's report. */
    void run(BenchRun run) throws Exception;
}
