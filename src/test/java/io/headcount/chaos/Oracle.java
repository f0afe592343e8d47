package io.headcount.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Knows each open (stream, user, tab), from what the crowds say of their own sockets, and what was true when.
 *
 * <p>A tab counts while it is open. One that is on its way in may count already: whether the server has counted it, only
 * the welcome tells. The same holds for tabs of which the scene itself made it unclear whether they still count, those on
 * a node that was paused or cut off, or of a crowd that was stopped: {@link #regard}. Any thread.
 */
final class Oracle {
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(8);
    /** A leave is logged before it leaves the count, and so seen later than a join of the same moment. */
    private static final long SEEN_TO_LEAVE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST_FINISHED = 400_000;
    private static final int LENIENT = 1;
    private static final int STRICT = 4;

    private final List<String> streams;
    private final Map<Long, Tab> tabs = new HashMap<>();
    private final Map<Long, User> users = new HashMap<>();
    private final Deque<Departed> departed = new ArrayDeque<>();
    private final Deque<Moment> moments = new ArrayDeque<>();
    private final Regard[] nodes;
    private final Regard[] crowds;
    private final Report[] reports;
    private final Seen[] seen;
    private final long[] commands;
    private final List<String> finished = new ArrayList<>();
    private final Map<Event, Long> events = new EnumMap<>(Event.class);
    private String lastFailure = "";
    private int present;
    private long stamp;

    /** How open tabs are seen. */
    enum Regard {
        COUNTS,
        /** It is no error that they are not counted yet, but exact are only counts with them. */
        COMING,
        /** It is no error that they are counted still, but exact are only counts without them. */
        GOING
    }

    /** What happened to tabs, in all. */
    enum Event {
        WELCOMED,
        /** An open connection ended that nobody wanted to end and no node asked to come back. */
        LOST,
        /** A node that stops asked to come back. */
        SENT_AWAY,
        /** An attempt to connect that failed. */
        NOT_LET_IN
    }

    /** A user one of whose tabs left, and until when it may be counted still. */
    private record Departed(User user, long until) {}

    private record Moment(long nanos, Truth lenient, Truth strict, int present) {}

    /** What a crowd said last of itself. */
    private record Report(int busy, long obeyed) {}

    /** What a crowd's open tabs were told last, by stream and node; -1 where there are none. */
    private static final class Seen {
        private final long[] least;
        private final long[] greatest;

        Seen(long[] least, long[] greatest) {
            this.least = least;
            this.greatest = greatest;
        }
    }

    private static final class User {
        private final int stream;
        private int tabs;
        private boolean welcomed;
        private long stamp;
        /** In which of the numbers that are being added up this user is already. */
        private int counted;

        User(int stream) {
            this.stream = stream;
        }

        boolean first(int bit) {
            boolean first = (counted & bit) == 0;
            counted |= bit;
            return first;
        }
    }

    private static final class Tab {
        private final int crowd;
        private final User user;
        private final long userId;
        private int node = -1;
        private boolean open;
        private long possibleFrom;
        private String session;

        Tab(int crowd, long userId, User user, long now) {
            this.crowd = crowd;
            this.userId = userId;
            this.user = user;
            this.possibleFrom = now;
        }
    }

    Oracle(List<String> streams, int nodeCount, int crowdCount) {
        this.streams = List.copyOf(streams);
        this.nodes = new Regard[nodeCount];
        this.crowds = new Regard[crowdCount];
        this.reports = new Report[crowdCount];
        this.seen = new Seen[crowdCount];
        this.commands = new long[crowdCount];
        Arrays.fill(nodes, Regard.COUNTS);
        Arrays.fill(crowds, Regard.COUNTS);
        for (Event event : Event.values()) {
            events.put(event, 0L);
        }
    }

    List<String> streams() {
        return streams;
    }

    /** From now on the open tabs on a node are seen so. */
    synchronized void regard(int node, Regard how) {
        nodes[node] = how;
        look();
    }

    /** From now on the open tabs of a crowd are seen so. */
    synchronized void regardCrowd(int crowd, Regard how) {
        crowds[crowd] = how;
        look();
    }

    /** A crowd is told something: what it reported before is of no worth any more. */
    synchronized void told(int crowd) {
        commands[crowd]++;
    }

    synchronized void deaf(int crowd, String why) {
        reports[crowd] = null;
        lastFailure = "crowd " + crowd + " ended: " + why;
    }

    /** Takes a crowd's word, see {@link CrowdPeer}. */
    synchronized void hear(int crowd, String line) {
        String[] words = line.split(" ", 5);
        long now = System.nanoTime();
        switch (words[0]) {
            case "w" -> wanted(crowd, number(words[1]), number(words[2]), (int) number(words[3]), now);
            case "o" -> {
                Tab tab = tab(crowd, words[1]);
                tab.open = true;
                tab.node = (int) number(words[2]);
                tab.session = words[3];
                if (!tab.user.welcomed) {
                    tab.user.welcomed = true;
                    present++;
                }
                count(Event.WELCOMED);
            }
            case "l" -> {
                boolean sentAway = words[2].equals("1012");
                // Whom a stopping node sent away counts on, for the time of the grace.
                close(tab(crowd, words[1])).possibleFrom =
                        sentAway ? now : now + TimeUnit.MILLISECONDS.toNanos(number(words[3]));
                lost(sentAway, line);
            }
            case "f" -> {
                tab(crowd, words[1]).possibleFrom = now + TimeUnit.MILLISECONDS.toNanos(number(words[2]));
                count(Event.NOT_LET_IN);
                lastFailure = line;
            }
            case "g" -> gone(crowd, words, line);
            case "r" -> reports[crowd] = new Report((int) number(words[1]), number(words[2]));
            case "s" -> seen[crowd] = seen(line);
            default -> throw new IllegalArgumentException(line);
        }
    }

    private void wanted(int crowd, long id, long userId, int stream, long now) {
        User user = users.computeIfAbsent(userId, unknown -> new User(stream));
        user.tabs++;
        tabs.put(key(crowd, id), new Tab(crowd, userId, user, now));
    }

    private void gone(int crowd, String[] words, String line) {
        Tab tab = tabs.remove(key(crowd, number(words[1])));
        boolean wasOpen = tab.open;
        if (wasOpen && words[2].equals("own")) {
            departed.add(new Departed(tab.user, System.nanoTime() + SEEN_TO_LEAVE_NANOS));
        }
        close(tab);
        if (--tab.user.tabs == 0) {
            users.remove(tab.userId);
            present -= tab.user.welcomed ? 1 : 0;
        }
        if (words[2].equals("lost")) {
            if (wasOpen) {
                lost(line.contains(" 1012 "), line);
            } else {
                count(Event.NOT_LET_IN);
                lastFailure = line;
            }
        }
    }

    private void lost(boolean sentAway, String line) {
        count(sentAway ? Event.SENT_AWAY : Event.LOST);
        if (!sentAway) {
            lastFailure = line;
        }
    }

    private Tab close(Tab tab) {
        if (tab.open && finished.size() < MOST_FINISHED) {
            finished.add(tab.session);
        }
        tab.open = false;
        return tab;
    }

    private Seen seen(String line) {
        long[] least = new long[streams.size() * nodes.length];
        long[] greatest = new long[least.length];
        Arrays.fill(least, -1);
        String[] words = line.split(" ", -1);
        for (int i = 1; i + 2 < words.length; i += 3) {
            int place = (int) number(words[i]);
            least[place] = number(words[i + 1]);
            greatest[place] = number(words[i + 2]);
        }
        return new Seen(least, greatest);
    }

    /** Takes down what is true now; to be called every 50 ms or so. */
    synchronized void look() {
        long now = System.nanoTime();
        stamp++;
        Truth lenient = Truth.nobody(streams.size());
        Truth strict = Truth.nobody(streams.size());
        for (Tab tab : tabs.values()) {
            if (tab.open) {
                Regard how = worse(nodes[tab.node], crowds[tab.crowd]);
                add(lenient, LENIENT, tab.user, how == Regard.COUNTS, true);
                add(strict, STRICT, tab.user, how != Regard.GOING, how != Regard.GOING);
            } else if (now >= tab.possibleFrom) {
                add(lenient, LENIENT, tab.user, false, true);
                add(strict, STRICT, tab.user, false, true);
            }
        }
        while (!departed.isEmpty() && departed.peek().until < now) {
            departed.poll();
        }
        for (Departed one : departed) {
            add(lenient, LENIENT, one.user, false, true);
            add(strict, STRICT, one.user, false, true);
        }
        moments.add(new Moment(now, lenient, strict, present));
        while (now - moments.peek().nanos > KEPT_NANOS) {
            moments.poll();
        }
    }

    /** Adds one tab: each user once. */
    private void add(Truth truth, int bit, User user, boolean counts, boolean mayCount) {
        if (user.stamp != stamp) {
            user.stamp = stamp;
            user.counted = 0;
        }
        truth.addSession(user.stream, counts, mayCount);
        truth.addUser(user.stream, counts && user.first(bit), mayCount && user.first(bit << 1));
    }

    private static Regard worse(Regard one, Regard other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** What was true at any moment from then on, in doubt in favour of who counts. */
    synchronized Truth lenientSince(long nanos) {
        return Truth.over(since(nanos).stream().map(Moment::lenient).toList());
    }

    /** What has to be said at any moment from then on by who claims to be exact. */
    synchronized Truth strictSince(long nanos) {
        return Truth.over(since(nanos).stream().map(Moment::strict).toList());
    }

    private List<Moment> since(long nanos) {
        List<Moment> during = new ArrayList<>();
        // The moment before is what was true until the first one within.
        Moment before = null;
        for (Moment moment : moments) {
            if (moment.nanos < nanos) {
                before = moment;
            } else {
                during.add(moment);
            }
        }
        if (before != null) {
            during.add(before);
        }
        return during;
    }

    /** The fewest users since then who were watching, or are on their way back; what a restart must not lose. */
    synchronized int presentSince(long nanos) {
        return since(nanos).stream().mapToInt(Moment::present).min().orElse(0);
    }

    /** Open tabs. */
    synchronized int open() {
        return (int) tabs.values().stream().filter(tab -> tab.open).count();
    }

    /** Open tabs at a node. */
    synchronized int openAt(int node) {
        return (int) tabs.values().stream()
                .filter(tab -> tab.open && tab.node == node)
                .count();
    }

    /** Whether no crowd that runs has anything under way. */
    synchronized boolean settled() {
        for (int i = 0; i < reports.length; i++) {
            Report report = reports[i];
            boolean idle = report != null && report.busy == 0 && report.obeyed == commands[i];
            if (crowds[i] == Regard.COUNTS && !idle) {
                return false;
            }
        }
        return true;
    }

    /** How far the last counts of open tabs are from what was true since then, in users over all streams. */
    synchronized long pushedError(Truth truth) {
        long error = 0;
        for (int stream = 0; stream < streams.size(); stream++) {
            long worst = 0;
            for (int crowd = 0; crowd < seen.length; crowd++) {
                for (int node = 0; node < nodes.length && seen[crowd] != null; node++) {
                    int place = stream * nodes.length + node;
                    if (worse(nodes[node], crowds[crowd]) != Regard.GOING && seen[crowd].least[place] >= 0) {
                        worst = Math.max(worst, truth.userError(stream, seen[crowd].least[place]));
                        worst = Math.max(worst, truth.userError(stream, seen[crowd].greatest[place]));
                    }
                }
            }
            error += worst;
        }
        return error;
    }

    synchronized long count(Event event) {
        events.merge(event, 1L, Long::sum);
        return events.get(event);
    }

    /** How often that happened so far. */
    synchronized long so(Event event) {
        return events.get(event);
    }

    /** The last thing that went wrong for a tab. */
    synchronized String lastFailure() {
        return lastFailure;
    }

    /** Sessions that ended so far. */
    synchronized List<String> finished() {
        return List.copyOf(finished);
    }

    private Tab tab(int crowd, String id) {
        return tabs.get(key(crowd, number(id)));
    }

    private static long key(int crowd, long tab) {
        return (long) crowd << 32 | tab;
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }
}
