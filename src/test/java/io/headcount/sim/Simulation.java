package io.headcount.sim;

import java.util.EnumSet;

/**
 * One simulation: viewers come and go while things go wrong; then nothing goes wrong any more, and within a stated time
 * every count is what the oracle says and stays so, and every finished session is in the books once.
 */
final class Simulation {
    /** So long after the last fault everything is exact. */
    private static final long EXACT_WITHIN_MILLIS = 30_000;
    /** Where so many nodes are gone at once that their deaths are held for the life of a heartbeat. */
    private static final long EXACT_AFTER_HOLD_MILLIS = 100_000;
    /** So long it must stay exact: two rounds of beats and of comparisons. */
    private static final long STAYS_MILLIS = 12_000;

    private static final long LOOK_MILLIS = 1_000;

    private final World world;
    private final long faultsUntil;
    private long exactAfterMillis;

    private Simulation(long seed, EnumSet<Plant> plants, boolean tracing) {
        world = new World(seed, plants, tracing);
        faultsUntil = 5_000 + world.dice.between(0, 20_000);
        Faults faults = new Faults(world, faultsUntil);
        scheduleViewer();
        faults.begin();
    }

    /** Runs it. */
    static Outcome run(long seed, EnumSet<Plant> plants, boolean tracing) {
        Simulation simulation = new Simulation(seed, plants, tracing);
        String wrong = simulation.run();
        if (simulation.world.breach() != null) {
            wrong = simulation.world.breach();
        }
        return new Outcome(
                seed,
                wrong,
                simulation.exactAfterMillis,
                simulation.world.oracle.sessionsSoFar(),
                simulation.world.scheduler.now());
    }

    private void scheduleViewer() {
        world.scheduler.after(world.dice.between(20, 500), () -> {
            if (world.scheduler.now() < Math.max(faultsUntil, world.scheduler.quietFrom())) {
                world.viewerActs();
                scheduleViewer();
            }
        });
    }

    private String run() {
        Scheduler scheduler = world.scheduler;
        scheduler.runUntil(faultsUntil);
        while (scheduler.now() < scheduler.quietFrom()) {
            scheduler.runUntil(scheduler.quietFrom());
        }
        // The last come back a few seconds after their node died.
        scheduler.runUntil(scheduler.now() + 4_000);
        long quiet = scheduler.now() - 4_000;
        world.trace(() -> "quiet from " + quiet);
        long gone = (long) world.nodes().size() - world.running().size();
        long within = gone > 1 ? EXACT_AFTER_HOLD_MILLIS : EXACT_WITHIN_MILLIS;
        long exactSince = -1;
        String difference = null;
        while (scheduler.now() <= quiet + within || exactSince >= 0) {
            difference = world.difference();
            boolean mayRelapse = world.lostEvents() && scheduler.now() <= quiet + within;
            if (difference != null && exactSince >= 0 && mayRelapse) {
                // Redis had lost what a lost event kept wrong, and the node asserts it again until it is corrected.
                exactSince = -1;
            } else if (difference != null && exactSince >= 0) {
                return "was exact " + (exactSince - quiet) + " ms after the last fault, and after "
                        + (scheduler.now() - quiet) + " ms no more: " + difference;
            }
            if (difference == null && exactSince < 0) {
                exactSince = scheduler.now();
                world.trace(() -> "exact");
            }
            if (exactSince >= 0 && scheduler.now() - exactSince >= STAYS_MILLIS) {
                exactAfterMillis = exactSince - quiet;
                return world.wrongInBooks();
            }
            scheduler.runUntil(scheduler.now() + LOOK_MILLIS);
        }
        return "not exact " + within + " ms after the last fault: " + difference;
    }

    /**
     * How it went.
     *
     * @param wrong what was not as it must be, {@code null} when all was
     * @param exactAfterMillis from the last fault until everything was exact
     * @param sessions that were opened
     * @param virtualMillis that passed in the simulation
     */
    record Outcome(long seed, String wrong, long exactAfterMillis, int sessions, long virtualMillis) {
        boolean failed() {
            return wrong != null;
        }
    }
}
