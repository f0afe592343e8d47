package io.headcount.chaos;

import io.headcount.client.Closed;
import io.headcount.client.ReconnectPolicy;
import io.headcount.client.Viewer;
import io.headcount.client.ViewerListener;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A process of viewers. It does what it is told over a socket, and tells over it, line by line, what becomes of each tab:
 * {@code w tab user stream} wanted, {@code o tab node session} welcomed, {@code l tab code delay} lost and back in so many
 * ms, {@code f tab delay why} not let in and trying again, {@code g tab own|lost why} gone for good; every 250 ms
 * {@code r busy obeyed} and, by stream and node, the least and greatest count that open tabs were told last, {@code s …}.
 *
 * <p>One event loop does everything, so nothing needs a lock. One watcher in ten does not come back when its connection
 * is lost: those show how long somebody who is gone stays counted.
 */
final class CrowdPeer {
    private static final int TICK_MILLIS = 20;
    private static final int REPORT_TICKS = 12;
    private static final int JOINS_A_TICK = 8;
    private static final int MOST_OPENING = 300;
    private static final double SHARE_WALKING_AWAY = 0.1;
    private static final double SHARE_OF_SECOND_TABS = 0.3;
    private static final ReconnectPolicy COMES_BACK = new ReconnectPolicy(500, 5_000, Integer.MAX_VALUE);

    private final int index;
    private final int crowds;
    private final List<InetSocketAddress> nodes;
    private final List<String> streams;
    private final double[] shares;
    private final SplittableRandom random;
    private final Viewers viewers = Viewers.create(1);
    private final EventLoop loop = viewers.eventLoops().next();
    private final OutputStream out;
    private final StringBuilder lines = new StringBuilder();
    private final List<Watcher> watchers = new ArrayList<>();
    private final ArrayDeque<Runnable> todo = new ArrayDeque<>();
    private int nextTab;
    private long nextUser;
    private int size;
    private boolean growing;
    private double churnPerSecond;
    private double churnDue;
    private int opening;
    private long obeyed;
    private long ticks;
    private int source;

    private CrowdPeer(CrowdPlan plan, int index, OutputStream out) {
        this.index = index;
        this.crowds = plan.crowds();
        this.nodes = plan.nodes().stream()
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .toList();
        this.streams = plan.streams();
        this.random = new SplittableRandom(plan.seed() + index);
        this.out = out;
        this.shares = new double[streams.size()];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
    }

    /** Runs until the socket to the leader ends; args: the leader's port, this crowd's index, then the plan. */
    public static void main(String[] args) throws IOException {
        CrowdPlan plan = CrowdPlan.parse(args[2]);
        try (Socket leader = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
                BufferedReader commands =
                        new BufferedReader(new InputStreamReader(leader.getInputStream(), StandardCharsets.US_ASCII))) {
            leader.setTcpNoDelay(true);
            OutputStream out = leader.getOutputStream();
            out.write(("i " + args[1] + "\n").getBytes(StandardCharsets.US_ASCII));
            CrowdPeer peer = new CrowdPeer(plan, Integer.parseInt(args[1]), out);
            var unused = peer.loop.scheduleAtFixedRate(peer::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String command = line;
                peer.loop.execute(() -> peer.obey(command.split(" ", -1)));
            }
        } finally {
            // Open sockets are dropped by the kernel.
            Runtime.getRuntime().halt(0);
        }
    }

    private void obey(String[] command) {
        switch (command[0]) {
            case "size" -> {
                size = Integer.parseInt(command[1]);
                growing = true;
            }
            case "churn" -> churnPerSecond = Double.parseDouble(command[1]);
            case "home" -> tabs().stream().filter(tab -> tab.node() != tab.home).forEach(tab -> todo.add(tab::move));
            case "again" -> tabs().forEach(Tab::again);
            default -> throw new IllegalArgumentException(String.join(" ", command));
        }
        obeyed++;
        report();
    }

    private void tick() {
        for (int i = 0; i < JOINS_A_TICK && opening < MOST_OPENING && !todo.isEmpty(); i++) {
            todo.poll().run();
        }
        for (int i = 0; i < JOINS_A_TICK && opening < MOST_OPENING && growing; i++) {
            grow();
        }
        churnDue += churnPerSecond * TICK_MILLIS / 1_000;
        for (; churnDue >= 1; churnDue--) {
            churn();
        }
        if (++ticks % REPORT_TICKS == 0) {
            report();
        }
        flush();
    }

    private void grow() {
        if (watchers.size() < size) {
            join();
        } else if (watchers.size() > size) {
            watchers.get(watchers.size() - 1).leave();
        } else {
            growing = false;
        }
    }

    private void churn() {
        if (!watchers.isEmpty() && opening < MOST_OPENING) {
            watchers.get(random.nextInt(watchers.size())).leave();
            join();
        }
    }

    private void join() {
        Watcher watcher = new Watcher(nextUser++ * crowds + index, stream());
        watcher.place = watchers.size();
        watchers.add(watcher);
        int tabs = random.nextDouble() < SHARE_OF_SECOND_TABS ? 2 : 1;
        for (int i = 0; i < tabs; i++) {
            new Tab(watcher, (int) ((watcher.user / crowds + i) % nodes.size()));
        }
    }

    private int stream() {
        int at = Arrays.binarySearch(shares, random.nextDouble() * shares[shares.length - 1]);
        return Math.min(at >= 0 ? at : -at - 1, shares.length - 1);
    }

    private List<Tab> tabs() {
        return watchers.stream().flatMap(watcher -> watcher.tabs.stream()).toList();
    }

    private void report() {
        int places = streams.size() * nodes.size();
        long[] least = new long[places];
        long[] greatest = new long[places];
        Arrays.fill(least, Long.MAX_VALUE);
        for (Tab tab : tabs()) {
            if (tab.open) {
                int place = tab.watcher.stream * nodes.size() + tab.node();
                least[place] = Math.min(least[place], tab.viewer.viewers());
                greatest[place] = Math.max(greatest[place], tab.viewer.viewers());
            }
        }
        StringBuilder seen = new StringBuilder("s");
        for (int i = 0; i < places; i++) {
            if (least[i] != Long.MAX_VALUE) {
                seen.append(' ')
                        .append(i)
                        .append(' ')
                        .append(least[i])
                        .append(' ')
                        .append(greatest[i]);
            }
        }
        say(seen.toString());
        say("r " + (opening + todo.size() + (growing ? 1 : 0)) + " " + obeyed);
    }

    private void say(String line) {
        lines.append(line).append('\n');
    }

    private void flush() {
        try {
            out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            lines.setLength(0);
        } catch (IOException e) {
            // The leader is gone, so nobody wants these viewers any more.
            Runtime.getRuntime().halt(1);
        }
    }

    /** A user, and the stream it watches. */
    private final class Watcher {
        final long user;
        final int stream;
        final boolean comesBack = random.nextDouble() >= SHARE_WALKING_AWAY;
        final List<Tab> tabs = new ArrayList<>(2);
        int place;

        Watcher(long user, int stream) {
            this.user = user;
            this.stream = stream;
        }

        void leave() {
            List.copyOf(tabs).forEach(tab -> tab.leave(random.nextInt(10) == 0));
            remove();
        }

        void remove() {
            if (place >= 0) {
                Watcher last = watchers.remove(watchers.size() - 1);
                if (last != this) {
                    watchers.set(place, last);
                    last.place = place;
                }
                place = -1;
            }
        }
    }

    /** One socket at a time. */
    private final class Tab implements ViewerListener {
        final int id = nextTab++;
        final Watcher watcher;
        final int home;
        final Viewer viewer;
        boolean open;
        boolean busy = true;
        boolean leaving;

        Tab(Watcher watcher, int home) {
            this.watcher = watcher;
            this.home = home;
            watcher.tabs.add(this);
            opening++;
            say("w " + id + " " + watcher.user + " " + watcher.stream);
            // 127.1.x.y: from one address a few thousand connections go fast, more of them do not.
            byte[] address = {127, 1, (byte) (index + 1), (byte) (source++ % 4 + 1)};
            try {
                viewer = viewers.open(
                        new ViewerOptions(
                                nodes,
                                home,
                                streams.get(watcher.stream),
                                "u" + watcher.user,
                                null,
                                InetAddress.getByAddress(address),
                                watcher.comesBack ? COMES_BACK : null,
                                ViewerOptions.DEFAULT_WELCOME_TIMEOUT_MILLIS,
                                ViewerOptions.DEFAULT_SILENCE_LIMIT_MILLIS),
                        this);
            } catch (IOException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
        }

        int node() {
            return viewer.server();
        }

        @Override
        public void welcomed(Viewer welcomed) {
            idle();
            open = true;
            say("o " + id + " " + welcomed.server() + " " + welcomed.session());
        }

        @Override
        public void ended(Viewer ended, Closed closed, boolean wasOpen, long retryInMillis) {
            closedNow();
            idle();
            if (retryInMillis >= 0) {
                busy = true;
                opening++;
                say(
                        wasOpen
                                ? "l " + id + " " + closed.code() + " " + retryInMillis
                                : "f " + id + " " + retryInMillis + " " + closed);
            } else if (!leaving) {
                say("g " + id + " lost " + closed);
                watcher.tabs.remove(this);
                if (watcher.tabs.isEmpty()) {
                    watcher.remove();
                }
            }
        }

        /** The same watcher's tab anew at home. */
        void move() {
            if (!leaving && watcher.place >= 0) {
                leave(false);
                new Tab(watcher, home);
            }
        }

        void again() {
            leave(true);
            new Tab(watcher, home);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // the listener hears of the end
        void leave(boolean abruptly) {
            leaving = true;
            closedNow();
            idle();
            watcher.tabs.remove(this);
            say("g " + id + " own");
            if (abruptly) {
                viewer.abort();
            } else {
                viewer.close();
            }
        }

        private void closedNow() {
            if (open) {
                open = false;
            }
        }

        private void idle() {
            if (busy) {
                busy = false;
                opening--;
            }
        }
    }
}
