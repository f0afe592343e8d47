package io.headcount.load;

import io.headcount.client.Closed;
import io.headcount.client.ReconnectPolicy;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.load.CrowdMessage.Phase;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The watchers of one process, on one event loop: all state is that thread's. A tick every 10 ms does what is due: joins
 * in the ramp; joins and leaves in the steady state; closes at the end. Tabs of one watcher go to different nodes on
 * purpose, and some of those who left come back soon as the same user: that is where a count can go wrong.
 */
final class Crowd {
    /** Most sockets before their welcome at one time: a server that is behind slows the ramp. */
    private static final int MOST_OPENING = 2_000;

    private static final int MOST_DEPARTED = 10_000;
    private static final double SHARE_COMING_BACK = 0.25;
    private static final double SHARE_LEAVING_ONE_TAB = 0.25;
    private static final int TRIES_TO_FIND_ONE = 16;

    private final CrowdPlan plan;
    private final Viewers viewers;
    private final EventLoop loop;
    private final Consumer<CrowdMessage> leader;
    private final SplittableRandom random;
    private final Zipf zipf;
    private final TabCounts tabCounts;
    private final List<InetSocketAddress> targets;
    private final List<InetAddress> sources;
    private final List<String> streams;
    private final TruthBook truth;
    private final Badges badges;
    private final CrowdStats stats = new CrowdStats();
    private final List<Watcher> present = new ArrayList<>();
    private final ArrayDeque<Watcher> departed = new ArrayDeque<>();
    private long nextNumber;
    private int rampedUp;
    private int nextSource;
    private Phase phase = Phase.RAMP;
    private boolean reached;
    private Pace joinPace;
    private Pace leavePace;

    Crowd(CrowdPlan plan, Viewers viewers, Consumer<CrowdMessage> leader) {
        this.plan = plan;
        this.badges = new Badges(plan);
        this.viewers = viewers;
        this.loop = viewers.eventLoops().next();
        this.leader = leader;
        this.random = new SplittableRandom(plan.seed() * 1_000_003 + plan.index());
        this.zipf = new Zipf(plan.streams(), plan.zipf());
        this.tabCounts = new TabCounts(plan.tabs());
        this.targets = plan.targets().stream().map(Targets::address).toList();
        this.sources = Targets.sources(plan.index(), plan.sourceAddresses());
        this.streams = IntStream.range(0, plan.streams()).mapToObj(plan::stream).toList();
        this.truth = new TruthBook(plan.streams());
        this.nextNumber = plan.index();
        stats.keepSessions(plan.keepSessions());
    }

    /** Starts the ramp. */
    void begin() {
        loop.execute(() -> {
            joinPace = new Pace(plan.joinsPerSecond(), System.nanoTime());
            var unusedTick = loop.scheduleWithFixedDelay(this::guardedTick, 0, 10, TimeUnit.MILLISECONDS);
            var unusedSecond = loop.scheduleAtFixedRate(
                    () -> leader.accept(stats.progress(truth.finished())), 1, 1, TimeUnit.SECONDS);
        });
    }

    /** Takes a word of the leader, from any thread. */
    void hear(CrowdMessage message) {
        loop.execute(() -> {
            if (message instanceof CrowdMessage.Churn) {
                enter(Phase.CHURN, plan.churnPerSecond() / 2);
            } else if (message instanceof CrowdMessage.Settle) {
                enter(Phase.SETTLE, 0);
            } else if (message instanceof CrowdMessage.Leave leave) {
                enter(Phase.LEAVE, leave.perSecond());
            } else if (message instanceof CrowdMessage.Tell) {
                leader.accept(tell());
            } else {
                leader.accept(new CrowdMessage.Failed("a crowd does not know " + message));
            }
        });
    }

    void counted() {
        stats.counted();
    }

    void welcomed(Tab tab) {
        stats.welcomed(tab);
        tab.open = true;
        truth.opened(tab.watcher);
    }

    void ended(Tab tab, Closed closed, boolean welcomed, boolean comesBack) {
        if (tab.open) {
            tab.open = false;
            truth.closed(tab.watcher);
        }
        stats.ended(tab, closed, welcomed, comesBack);
        if (!comesBack && !tab.leaving) {
            forget(tab);
        }
    }

    private void enter(Phase next, double perSecond) {
        long now = System.nanoTime();
        phase = next;
        reached = false;
        joinPace = new Pace(perSecond, now);
        leavePace = new Pace(perSecond, now);
    }

    /** A scheduled task that throws is never run again, and nobody hears of it: the leader must. */
    private void guardedTick() {
        try {
            tick();
        } catch (RuntimeException e) {
            leader.accept(new CrowdMessage.Failed("a crowd failed: " + e));
            throw e;
        }
    }

    private void tick() {
        long now = System.nanoTime();
        switch (phase) {
            case RAMP -> ramp(joinPace.due(now));
            case CHURN -> churn(leavePace.due(now), joinPace.due(now));
            case SETTLE -> reachedWhen(stats.inFlight() == 0);
            case LEAVE -> {
                for (int due = leavePace.due(now); due > 0 && !present.isEmpty(); ) {
                    Watcher last = present.get(present.size() - 1);
                    due -= last.tabs.size();
                    leave(last);
                }
                reachedWhen(present.isEmpty() && stats.inFlight() == 0);
            }
        }
    }

    private void ramp(int due) {
        for (int i = 0; i < due && rampedUp < plan.viewers() && stats.opening() < MOST_OPENING; i++) {
            rampedUp++;
            join();
        }
        reachedWhen(rampedUp == plan.viewers() && stats.opening() == 0);
    }

    private void churn(int leaves, int joins) {
        for (int i = 0; i < leaves; i++) {
            // Which kind of leave comes first and then who, so that the mean number of tabs stays what it is.
            Watcher someone = random.nextDouble() < SHARE_LEAVING_ONE_TAB ? anyoneSettled(2) : null;
            if (someone != null) {
                leave(someone.tabs.get(random.nextInt(someone.tabs.size())));
                continue;
            }
            someone = anyoneSettled(1);
            if (someone == null) {
                break;
            }
            leave(someone);
        }
        for (int i = 0; i < joins && stats.opening() < MOST_OPENING; i++) {
            if (present.size() < plan.viewers()) {
                join();
            } else {
                openTab(present.get(random.nextInt(present.size())));
            }
        }
    }

    private void reachedWhen(boolean done) {
        if (done && !reached) {
            reached = true;
            leader.accept(stats.progress(truth.finished()));
            if (phase == Phase.LEAVE) {
                stats.sessions().forEach(leader);
            }
            leader.accept(new CrowdMessage.Reached(phase));
        }
    }

    private void join() {
        Watcher watcher;
        if (!departed.isEmpty() && random.nextDouble() < SHARE_COMING_BACK) {
            watcher = departed.poll();
        } else {
            watcher = new Watcher(nextNumber, zipf.next(random));
            nextNumber += plan.crowds();
        }
        watcher.place = present.size();
        present.add(watcher);
        for (int tabs = tabCounts.next(random); tabs > 0; tabs--) {
            openTab(watcher);
        }
    }

    private void openTab(Watcher watcher) {
        if (watcher.tabs.size() >= TabCounts.MOST) {
            return;
        }
        Tab tab = new Tab(this, watcher);
        watcher.tabs.add(tab);
        stats.opened();
        int target = (int) ((watcher.number / plan.crowds() + watcher.opened++) % targets.size());
        tab.viewer = viewers.open(
                new ViewerOptions(
                        targets,
                        target,
                        streams.get(watcher.stream),
                        badges.name(watcher.number),
                        badges.token(watcher.number),
                        sources.isEmpty() ? null : sources.get(nextSource++ % sources.size()),
                        plan.reconnect() ? ReconnectPolicy.DEFAULT : null,
                        ViewerOptions.DEFAULT_WELCOME_TIMEOUT_MILLIS,
                        ViewerOptions.DEFAULT_SILENCE_LIMIT_MILLIS),
                tab);
    }

    /** Someone with so many tabs, all of them open; or nobody. */
    private Watcher anyoneSettled(int leastTabs) {
        for (int i = 0; i < TRIES_TO_FIND_ONE && !present.isEmpty(); i++) {
            Watcher one = present.get(random.nextInt(present.size()));
            if (one.tabs.size() >= leastTabs && one.openSockets == one.tabs.size()) {
                return one;
            }
        }
        return null;
    }

    private void leave(Watcher watcher) {
        for (Tab tab : List.copyOf(watcher.tabs)) {
            leave(tab);
        }
        if (departed.size() < MOST_DEPARTED) {
            departed.add(watcher);
        }
    }

    private void leave(Tab tab) {
        stats.leaving(tab.open);
        if (tab.open) {
            tab.open = false;
            truth.closed(tab.watcher);
        }
        tab.leaving = true;
        forget(tab);
        if (random.nextDouble() < plan.abortShare()) {
            tab.viewer.abort();
        } else {
            tab.viewer.close();
        }
    }

    private void forget(Tab tab) {
        Watcher watcher = tab.watcher;
        watcher.tabs.remove(tab);
        if (watcher.tabs.isEmpty() && watcher.place >= 0) {
            Watcher last = present.remove(present.size() - 1);
            if (last != watcher) {
                present.set(watcher.place, last);
                last.place = watcher.place;
            }
            watcher.place = -1;
        }
    }

    private CrowdMessage.Truth tell() {
        long[] least = new long[plan.streams()];
        long[] greatest = new long[plan.streams()];
        Arrays.fill(least, Long.MAX_VALUE);
        Arrays.fill(greatest, -1);
        for (Watcher watcher : present) {
            for (Tab tab : watcher.tabs) {
                if (tab.open) {
                    least[watcher.stream] = Math.min(least[watcher.stream], tab.viewer.viewers());
                    greatest[watcher.stream] = Math.max(greatest[watcher.stream], tab.viewer.viewers());
                }
            }
        }
        int[] users = truth.users();
        int[] sessions = truth.sessions();
        List<StreamTruth> streams = new ArrayList<>(plan.streams());
        for (int i = 0; i < plan.streams(); i++) {
            streams.add(
                    sessions[i] == 0
                            ? StreamTruth.NOBODY
                            : new StreamTruth(users[i], sessions[i], least[i], greatest[i]));
        }
        return new CrowdMessage.Truth(streams, truth.finished());
    }
}
