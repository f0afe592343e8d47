package io.headcount.sim;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Session;
import io.headcount.store.CounterStore.Batch;
import io.headcount.store.CounterStore.BatchResult;
import io.headcount.store.CounterStore.Beat;
import io.headcount.store.CounterStore.BeatResult;
import io.headcount.store.CounterStore.Change;
import io.headcount.store.CounterStore.LiveStream;
import io.headcount.store.CounterStore.Member;
import io.headcount.store.CounterStore.NodeReport;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The keys of one stream and what the Lua scripts do to them, one method a script. {@code ModelAgainstLuaIT} holds it
 * against the scripts on a real Redis; the simulator runs thousands of it. Times are Redis' epoch milliseconds.
 */
final class ModelStream {
    static final long LIVE_TTL_MILLIS = 600_000;
    static final long HEARTBEAT_MILLIS = 60_000;
    private static final long SHUT_OUT = 9_007_199_254_740_991L;
    private static final long STAT_TTL_MILLIS = 86_400_000;

    private final String stream;
    private final long bucketMillis;
    private final Set<Plant> plants;
    /** For a planted bug: until when users are taken to be there, whatever they do. */
    private final Map<String, Long> believedUntil = new HashMap<>();

    private final TreeSet<String> users = new TreeSet<>();
    private final Map<String, Tabs> tabs = new TreeMap<>();
    private final Map<String, Heartbeat> heartbeats = new TreeMap<>();
    private final Map<String, Asserted> nodes = new TreeMap<>();
    private final Map<String, Report> reports = new TreeMap<>();
    private long usersUntil = Long.MAX_VALUE;
    private long reportsUntil = Long.MAX_VALUE;
    private ModelStat stat;
    private long statUntil;

    /** Told of every session that is asserted. */
    private Consumer<String> onAsserted = session -> {};

    ModelStream(String stream, long bucketMillis, Set<Plant> plants) {
        this.stream = stream;
        this.bucketMillis = bucketMillis;
        this.plants = plants;
    }

    ModelStream(String stream, long bucketMillis) {
        this(stream, bucketMillis, EnumSet.noneOf(Plant.class));
    }

    void onAsserted(Consumer<String> listener) {
        onAsserted = listener;
    }

    /** apply.lua */
    BatchResult apply(Batch batch, long now) {
        expire(now);
        String incarnation = batch.incarnation().toString();
        Report report = reports.get(incarnation);
        long last = report == null ? 0 : report.number;
        long number = batch.number();
        if (!plants.contains(Plant.NO_BATCH_NUMBER)) {
            if (number == last) {
                return new BatchResult.Applied(count(now), held(incarnation));
            }
            boolean follows = last == batch.after() || (plants.contains(Plant.GAPS_ARE_TAKEN) && number > last);
            if (!follows || (last == 0 && !shutsOutEarlierLives(batch.incarnation()))) {
                return new BatchResult.Gap(last);
            }
        }
        int before = users.size();
        int joins = 0;
        for (Change change : batch.changes()) {
            if (change.joined()) {
                joins++;
                join(change.session(), incarnation, now);
            }
        }
        List<String> left = new ArrayList<>();
        for (Change change : batch.changes()) {
            if (!change.joined()) {
                leave(change.session(), left);
                heartbeats.remove(change.session().id());
                dropMember(incarnation, change.session().id());
            }
        }
        removeUsers(left);
        if (last == 0 || number != last + 1 || before == 0 || held(incarnation) == joins) {
            renewUsers(now);
            renewNode(incarnation, now);
        }
        reports.put(incarnation, new Report(batch.sockets(), number, now, held(incarnation)));
        reportsUntil = now + LIVE_TTL_MILLIS;
        note(now, before, users.size(), joins, batch.changes().size() - joins);
        return new BatchResult.Applied(count(now), held(incarnation));
    }

    private boolean shutsOutEarlierLives(Incarnation life) {
        if (plants.contains(Plant.EARLIER_LIVES_WRITE_ON)) {
            return true;
        }
        for (Map.Entry<String, Report> entry : reports.entrySet()) {
            Incarnation other = Incarnation.parse(entry.getKey());
            if (other.node().equals(life.node()) && other.epoch() > life.epoch()) {
                return false;
            }
        }
        reports.replaceAll((name, report) -> Incarnation.parse(name).node().equals(life.node())
                ? new Report(report.sockets, SHUT_OUT, report.when, report.asserted)
                : report);
        return true;
    }

    private void join(Session session, String incarnation, long now) {
        Tabs ofUser = tabs.computeIfAbsent(session.user(), user -> new Tabs());
        ofUser.owners.put(session.id(), incarnation);
        ofUser.until = now + LIVE_TTL_MILLIS;
        heartbeats.put(session.id(), new Heartbeat(incarnation, now + HEARTBEAT_MILLIS));
        nodes.computeIfAbsent(incarnation, unknown -> new Asserted())
                .members
                .put(session.id(), new Held(session.user(), session.joinedAtMillis()));
        users.add(session.user());
        believedUntil.put(session.user(), now + HEARTBEAT_MILLIS);
        onAsserted.accept(session.id());
    }

    private void leave(Session session, List<String> left) {
        Tabs ofUser = tabs.get(session.user());
        if (ofUser != null) {
            ofUser.owners.remove(session.id());
            if (ofUser.owners.isEmpty()) {
                tabs.remove(session.user());
            }
        }
        if (!tabs.containsKey(session.user()) || plants.contains(Plant.FIRST_TAB_TAKES_THE_USER)) {
            left.add(session.user());
        }
    }

    /** beat.lua */
    BeatResult beat(Beat beat, long now) {
        expire(now);
        String incarnation = beat.incarnation().toString();
        Report report = reports.get(incarnation);
        long last = report == null ? 0 : report.number;
        long held = held(incarnation);
        long restored = 0;
        List<String> missing = new ArrayList<>();
        if (last > 0 && last != SHUT_OUT) {
            int before = users.size();
            for (Session session : beat.sessions()) {
                if (!renew(session, incarnation, now, beat.renewKeys())) {
                    missing.add(session.id());
                } else if (users.add(session.user())) {
                    restored++;
                }
            }
            if (restored > 0) {
                note(now, before, before + (int) restored, 0, 0);
            }
            long sockets = beat.lastNumber() == last ? beat.sockets() : report.sockets;
            if (beat.forget() && held == 0 && beat.lastNumber() == last) {
                reports.remove(incarnation);
            } else {
                reports.put(incarnation, new Report(sockets, last, now, held));
            }
            if (beat.renewKeys() || restored > 0) {
                renewUsers(now);
                renewNode(incarnation, now);
                reportsUntil = now + LIVE_TTL_MILLIS;
            }
        }
        return new BeatResult(count(now), held, last, restored, missing);
    }

    private boolean renew(Session session, String incarnation, long now, boolean renewKeys) {
        Asserted asserted = nodes.get(incarnation);
        boolean holds = asserted != null && asserted.members.containsKey(session.id());
        if (!holds && !plants.contains(Plant.BEAT_RAISES_THE_DEAD)) {
            return false;
        }
        Heartbeat known = heartbeats.get(session.id());
        String owner = known == null || known.until <= now ? incarnation : known.incarnation;
        heartbeats.put(session.id(), new Heartbeat(owner, now + HEARTBEAT_MILLIS));
        if (renewKeys) {
            Tabs ofUser = tabs.computeIfAbsent(session.user(), user -> new Tabs());
            ofUser.owners.putIfAbsent(session.id(), incarnation);
            ofUser.until = now + LIVE_TTL_MILLIS;
        }
        believedUntil.put(session.user(), now + HEARTBEAT_MILLIS);
        return true;
    }

    /** reap.lua */
    Count reap(Incarnation dead, List<Member> members, long now) {
        expire(now);
        String incarnation = dead.toString();
        int before = users.size();
        List<String> left = new ArrayList<>();
        for (Member member : members) {
            Tabs ofUser = tabs.get(member.user());
            boolean owned = ofUser != null && incarnation.equals(ofUser.owners.get(member.session()));
            if (owned || (ofUser != null && plants.contains(Plant.REAP_WHOEVER_OWNS))) {
                ofUser.owners.remove(member.session());
                if (ofUser.owners.isEmpty()) {
                    tabs.remove(member.user());
                }
                heartbeats.remove(member.session());
            }
            if (!tabs.containsKey(member.user())) {
                left.add(member.user());
            }
        }
        members.forEach(member -> dropMember(incarnation, member.session()));
        removeUsers(left);
        long remaining = held(incarnation);
        if (remaining == 0) {
            reports.remove(incarnation);
        } else {
            Report report = reports.getOrDefault(incarnation, Report.NONE);
            reports.put(incarnation, new Report(report.sockets, report.number, report.when, remaining));
        }
        if (!members.isEmpty()) {
            note(now, before, users.size(), 0, members.size());
        }
        return count(now);
    }

    /** sweep.lua over the users that a scan found */
    long sweep(List<String> found, long now) {
        expire(now);
        List<String> orphans =
                found.stream().filter(user -> !tabs.containsKey(user)).toList();
        int before = users.size();
        long removed = removeUsers(orphans);
        if (removed > 0) {
            note(now, before, users.size(), 0, 0);
        }
        return removed;
    }

    /** count.lua */
    LiveStream read(long now) {
        expire(now);
        List<NodeReport> list = new ArrayList<>();
        reports.forEach((incarnation, report) -> list.add(new NodeReport(
                Incarnation.parse(incarnation), report.sockets, report.asserted, report.number, report.when)));
        return new LiveStream(count(now), list);
    }

    /** HSCAN of the incarnation's hash: at most so many sessions after {@code cursor}. */
    List<Member> scan(Incarnation incarnation, String cursor, int most, long now) {
        expire(now);
        Asserted asserted = nodes.get(incarnation.toString());
        List<Member> page = new ArrayList<>();
        if (asserted == null) {
            return page;
        }
        NavigableMap<String, Held> rest =
                cursor.equals("0") ? asserted.members : asserted.members.tailMap(cursor, false);
        for (Map.Entry<String, Held> entry : rest.entrySet()) {
            if (page.size() == most) {
                break;
            }
            page.add(new Member(entry.getKey(), entry.getValue().user, entry.getValue().joinedAtMillis, 0));
        }
        return page;
    }

    /** heartbeats.lua: the page with the times of the last signs of life. */
    List<Member> withBeats(List<Member> page, long now) {
        List<Member> members = new ArrayList<>(page.size());
        for (Member member : page) {
            Heartbeat heartbeat = heartbeats.get(member.session());
            long remaining = heartbeat == null || heartbeat.until <= now ? 0 : heartbeat.until - now;
            members.add(new Member(
                    member.session(),
                    member.user(),
                    member.joinedAtMillis(),
                    Math.max(member.joinedAtMillis(), now - HEARTBEAT_MILLIS + remaining)));
        }
        return members;
    }

    Count count(long now) {
        long sessions = 0;
        for (Report report : reports.values()) {
            sessions += report.asserted;
        }
        long viewers = users.size();
        if (plants.contains(Plant.TTL_AS_COUNT)) {
            viewers =
                    believedUntil.values().stream().filter(until -> until > now).count();
        }
        return new Count(
                stream,
                viewers,
                sessions,
                stat == null ? 0 : stat.peak,
                stat == null ? 0 : stat.peakAt,
                now,
                stat == null ? 0 : stat.rev,
                Mode.EXACT);
    }

    /** What does not fit together though every script leaves it so, {@code null} when nothing. */
    String torn() {
        for (Map.Entry<String, Asserted> life : nodes.entrySet()) {
            if (reports.getOrDefault(life.getKey(), Report.NONE).number == SHUT_OUT) {
                continue;
            }
            for (Map.Entry<String, Held> entry : life.getValue().members.entrySet()) {
                Tabs ofUser = tabs.get(entry.getValue().user);
                if (!users.contains(entry.getValue().user)
                        || ofUser == null
                        || !ofUser.owners.containsKey(entry.getKey())) {
                    return stream + ": " + entry.getKey() + " of " + entry.getValue().user
                            + " is asserted and not counted";
                }
            }
        }
        for (String user : users) {
            if (!tabs.containsKey(user)) {
                return stream + ": " + user + " is counted without a tab";
            }
        }
        return null;
    }

    Set<String> users() {
        return users;
    }

    /** Every session that some incarnation asserts, and which. */
    Map<String, String> assertedBy() {
        Map<String, String> all = new HashMap<>();
        nodes.forEach(
                (incarnation, asserted) -> asserted.members.keySet().forEach(session -> all.put(session, incarnation)));
        return all;
    }

    /** The keys as {@code ModelAgainstLuaIT} reads them from Redis. */
    Map<String, Object> dump(long now) {
        expire(now);
        heartbeats.values().removeIf(heartbeat -> heartbeat.until <= now);
        tabs.values().removeIf(ofUser -> ofUser.until <= now);
        String tag = "{" + stream + "}";
        Map<String, Object> keys = new TreeMap<>();
        if (!users.isEmpty()) {
            keys.put("live:users:" + tag, new TreeSet<>(users));
        }
        tabs.forEach((user, ofUser) -> keys.put("live:tabs:" + tag + ":" + user, new TreeMap<>(ofUser.owners)));
        heartbeats.forEach((session, heartbeat) -> keys.put("hb:" + tag + ":" + session, heartbeat.incarnation));
        nodes.forEach((incarnation, asserted) -> {
            Map<String, String> members = new TreeMap<>();
            asserted.members.forEach((session, held) -> members.put(session, held.user + ":" + held.joinedAtMillis));
            keys.put("live:node:" + tag + ":" + incarnation, members);
        });
        Map<String, String> lines = new TreeMap<>();
        reports.forEach((incarnation, report) -> lines.put(
                incarnation, report.sockets + ":" + report.number + ":" + report.when + ":" + report.asserted));
        if (!lines.isEmpty()) {
            keys.put("live:nodes:" + tag, lines);
        }
        if (stat != null) {
            keys.put("live:stat:" + tag, stat.dump());
        }
        return keys;
    }

    /** When the keys of {@link #dump} expire; {@link Long#MAX_VALUE} for those that do not. */
    Map<String, Long> livesUntil() {
        String tag = "{" + stream + "}";
        Map<String, Long> lives = new TreeMap<>();
        if (!users.isEmpty()) {
            lives.put("live:users:" + tag, usersUntil);
        }
        tabs.forEach((user, ofUser) -> lives.put("live:tabs:" + tag + ":" + user, ofUser.until));
        heartbeats.forEach((session, heartbeat) -> lives.put("hb:" + tag + ":" + session, heartbeat.until));
        nodes.forEach((life, asserted) -> lives.put("live:node:" + tag + ":" + life, asserted.until));
        if (!reports.isEmpty()) {
            lives.put("live:nodes:" + tag, reportsUntil);
        }
        if (stat != null) {
            lives.put("live:stat:" + tag, statUntil);
        }
        return lives;
    }

    ModelStream copy() {
        ModelStream copy = new ModelStream(stream, bucketMillis, plants);
        copy.onAsserted = onAsserted;
        copy.users.addAll(users);
        copy.believedUntil.putAll(believedUntil);
        tabs.forEach((user, ofUser) -> copy.tabs.put(user, ofUser.copy()));
        copy.heartbeats.putAll(heartbeats);
        nodes.forEach((incarnation, asserted) -> copy.nodes.put(incarnation, asserted.copy()));
        copy.reports.putAll(reports);
        copy.usersUntil = usersUntil;
        copy.reportsUntil = reportsUntil;
        copy.stat = stat == null ? null : stat.copy();
        copy.statUntil = statUntil;
        return copy;
    }

    private long held(String incarnation) {
        Asserted asserted = nodes.get(incarnation);
        return asserted == null ? 0 : asserted.members.size();
    }

    private void dropMember(String incarnation, String session) {
        Asserted asserted = nodes.get(incarnation);
        if (asserted != null) {
            asserted.members.remove(session);
            if (asserted.members.isEmpty()) {
                nodes.remove(incarnation);
            }
        }
    }

    private long removeUsers(List<String> left) {
        long removed = 0;
        for (String user : left) {
            removed += users.remove(user) ? 1 : 0;
        }
        return removed;
    }

    private void renewUsers(long now) {
        usersUntil = now + LIVE_TTL_MILLIS;
    }

    private void renewNode(String incarnation, long now) {
        Asserted asserted = nodes.get(incarnation);
        if (asserted != null) {
            asserted.until = now + LIVE_TTL_MILLIS;
        }
    }

    /** What Redis' TTLs have removed by now. A key that is made anew has none until a script gives it one. */
    private void expire(long now) {
        if (users.isEmpty()) {
            usersUntil = Long.MAX_VALUE;
        } else if (usersUntil <= now) {
            users.clear();
        }
        if (reports.isEmpty()) {
            reportsUntil = Long.MAX_VALUE;
        } else if (reportsUntil <= now) {
            reports.clear();
        }
        if (stat != null && statUntil <= now) {
            stat = null;
        }
        nodes.values().removeIf(asserted -> asserted.until <= now);
        tabs.values().removeIf(ofUser -> ofUser.until <= now);
    }

    private void note(long now, int before, int after, int joins, int leaves) {
        if (stat == null) {
            stat = new ModelStat(now, bucketMillis, before);
        }
        stat.note(now, after, joins, leaves);
        statUntil = now + STAT_TTL_MILLIS;
    }

    private static final class Tabs {
        private final Map<String, String> owners = new HashMap<>();
        private long until;

        Tabs copy() {
            Tabs copy = new Tabs();
            copy.owners.putAll(owners);
            copy.until = until;
            return copy;
        }
    }

    private static final class Asserted {
        private final TreeMap<String, Held> members = new TreeMap<>();
        private long until = Long.MAX_VALUE;

        Asserted copy() {
            Asserted copy = new Asserted();
            copy.members.putAll(members);
            copy.until = until;
            return copy;
        }
    }

    private record Held(String user, long joinedAtMillis) {}

    private record Heartbeat(String incarnation, long until) {}

    private record Report(long sockets, long number, long when, long asserted) {
        private static final Report NONE = new Report(0, 0, 0, 0);
    }
}
