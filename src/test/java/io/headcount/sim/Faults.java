package io.headcount.sim;

import java.util.ArrayList;
import java.util.List;

/** What goes wrong in a simulation: some kinds of it, chosen by the seed, one after the other and over one another. */
final class Faults {
    private enum Kind {
        PAUSE,
        CRASH,
        DRAIN,
        CUT,
        SHARD_DOWN,
        SHARD_LOSES_LAST_WRITES,
        SHARD_COMES_BACK_EMPTY,
        ALL_COME_BACK_EMPTY,
        SHARD_STOPS,
        NOISE,
        NO_BUS,
        BUS_SPLIT,
        LOST_EVENTS
    }

    private final World world;
    private final Dice dice;
    private final Scheduler scheduler;
    private final List<Kind> kinds = new ArrayList<>();
    private final long until;

    Faults(World world, long until) {
        this.world = world;
        this.dice = world.dice;
        this.scheduler = world.scheduler;
        this.until = until;
        int some = 1 + dice.below(4);
        for (int i = 0; i < some; i++) {
            kinds.add(dice.oneOf(List.of(Kind.values())));
        }
        world.trace(() -> "faults: " + kinds);
    }

    void begin() {
        scheduler.after(dice.between(200, 4_000), this::next);
    }

    private void next() {
        if (scheduler.now() >= until) {
            return;
        }
        Kind kind = dice.oneOf(kinds);
        world.trace(() -> "fault " + kind);
        happen(kind);
        begin();
    }

    private void happen(Kind kind) {
        switch (kind) {
            case PAUSE -> pause();
            case CRASH -> leave(false);
            case DRAIN -> leave(true);
            case CUT -> cut();
            case SHARD_DOWN -> shardDown(Loss.NONE);
            case SHARD_LOSES_LAST_WRITES -> shardDown(Loss.LAST_WRITES);
            case SHARD_COMES_BACK_EMPTY -> shardDown(Loss.ALL);
            case ALL_COME_BACK_EMPTY -> allEmpty();
            case SHARD_STOPS -> stop(dice.oneOf(world.shards()));
            case NOISE -> noise();
            case NO_BUS -> noBus();
            case BUS_SPLIT -> splitBus();
            case LOST_EVENTS -> loseEvents();
        }
    }

    private long millis(long least, long most) {
        long millis = dice.between(least, most);
        scheduler.unquietUntil(scheduler.now() + millis);
        return millis;
    }

    private void pause() {
        List<SimNode> awake =
                world.nodes().stream().filter(SimNode::takesViewers).toList();
        if (!awake.isEmpty()) {
            SimNode node = dice.oneOf(awake);
            long millis = dice.chance(0.5) ? millis(10, 3_000) : millis(8_000, 25_000);
            world.trace(() -> node.name() + " is paused for " + millis + " ms");
            node.pause(millis);
        }
    }

    private void leave(boolean orderly) {
        List<SimNode> running = world.running();
        if (running.size() < 2) {
            return;
        }
        SimNode node = dice.oneOf(running);
        world.trace(() -> node.name() + (orderly ? " drains" : " crashes"));
        if (orderly) {
            if (!node.takesViewers()) {
                return;
            }
            node.drain();
            scheduler.unquietUntil(scheduler.now() + 100);
            scheduler.after(100, () -> {
                if (node.running()) {
                    world.kill(node);
                    maybeRestart(node);
                }
            });
        } else {
            world.kill(node);
            maybeRestart(node);
        }
    }

    private void maybeRestart(SimNode node) {
        if (dice.chance(0.5)) {
            scheduler.after(millis(300, 20_000), () -> {
                if (!node.running()) {
                    world.trace(() -> node.name() + " is started again");
                    node.start();
                    if (dice.chance(0.3)) {
                        // What it asks for now is answered when it has given up.
                        stop(world.leaseShardOf(node.name()));
                    }
                }
            });
        }
    }

    private void cut() {
        SimNode node = dice.oneOf(world.nodes());
        boolean answersOnly = dice.chance(0.3);
        boolean all = dice.chance(0.6);
        long until = scheduler.now() + millis(100, 16_000);
        Shard one = dice.oneOf(world.shards());
        world.trace(() -> node.name() + " is cut off from " + (all ? "Redis" : "shard " + one.number)
                + (answersOnly ? ", answers only," : "") + " until " + until);
        for (Shard shard : world.shards()) {
            if (all || shard == one) {
                node.cut(shard, until, answersOnly);
            }
        }
    }

    private void shardDown(Loss loss) {
        Shard shard = dice.oneOf(world.shards());
        if (shard.down) {
            return;
        }
        ModelShard older = switch (loss) {
            case NONE -> null;
            case LAST_WRITES -> shard.data.copy();
            case ALL -> shard.data.empty();
        };
        long lag = loss == Loss.LAST_WRITES ? dice.between(1, 1_500) : 0;
        long downFor = dice.chance(0.3) ? dice.between(1, 300) : dice.between(300, 9_000);
        scheduler.unquietUntil(scheduler.now() + lag + downFor);
        scheduler.after(lag, () -> {
            if (shard.down) {
                return;
            }
            shard.down = true;
            world.trace(() -> "shard " + shard.number + " is down for " + downFor + " ms, loses " + loss);
            scheduler.after(downFor, () -> {
                if (older != null) {
                    world.loseData(shard, older);
                }
                shard.down = false;
                shard.upSince = scheduler.now();
                world.trace(() -> "shard " + shard.number + " is back");
            });
        });
    }

    private void allEmpty() {
        long downFor = millis(1, 12_000);
        for (Shard shard : world.shards()) {
            if (!shard.down) {
                shard.down = true;
                scheduler.after(downFor, () -> {
                    world.loseData(shard, shard.data.empty());
                    shard.down = false;
                    shard.upSince = scheduler.now();
                });
            }
        }
    }

    private void stop(Shard shard) {
        long millis = millis(200, 12_000);
        world.trace(() -> "shard " + shard.number + " is stopped for " + millis + " ms");
        shard.stoppedUntil = scheduler.now() + millis;
    }

    private void noise() {
        world.network.lost = dice.chance(0.7) ? 0.02 * dice.below(8) : 0;
        world.network.late = dice.chance(0.7) ? 0.02 * dice.below(8) : 0;
        world.network.doubled = dice.chance(0.7) ? 0.05 * dice.below(6) : 0;
        world.network.mostLateMillis = dice.chance(0.5) ? 3_000 : 20_000;
        scheduler.after(millis(500, 15_000), () -> {
            world.network.lost = 0;
            world.network.late = 0;
            world.network.doubled = 0;
        });
    }

    private void noBus() {
        world.deaf = true;
        scheduler.after(millis(1_000, 20_000), () -> world.deaf = false);
    }

    private void splitBus() {
        String one = dice.oneOf(world.nodes()).name();
        for (SimNode other : world.nodes()) {
            world.deafPairs.add(one + other.name());
            world.deafPairs.add(other.name() + one);
        }
        scheduler.after(millis(1_000, 20_000), world.deafPairs::clear);
    }

    private void loseEvents() {
        world.excuseRepairs();
        world.losesEvents = true;
        scheduler.after(millis(100, 4_000), () -> world.losesEvents = false);
    }

    private enum Loss {
        NONE,
        LAST_WRITES,
        ALL
    }
}
