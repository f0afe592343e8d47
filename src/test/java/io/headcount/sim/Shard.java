package io.headcount.sim;

/** A shard's server: up, down or stopped. What it holds is replaced when it loses data. */
final class Shard {
    final int number;
    ModelShard data;
    boolean down;
    /** Stopped (SIGSTOP) until then: requests wait. */
    long stoppedUntil;
    /** Since when it takes writes without a break. */
    long upSince = -1_000_000;

    Shard(int number, ModelShard data) {
        this.number = number;
        this.data = data;
    }
}
