package io.headcount.reconciler;

import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;
import io.headcount.model.Incarnation;
import io.headcount.model.Repair;
import io.headcount.model.SharedClock;
import io.headcount.store.CounterStore;
import io.headcount.store.CounterStore.Member;
import io.headcount.store.CounterStore.MemberPage;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Removes what a dead incarnation left on a stream, in chunks: the sessions' ends are logged, then they go. */
final class Reaper {
    private final CounterStore store;
    private final SharedClock clock;

    Reaper(CounterStore store, SharedClock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Reaps one stream; completes with what was done, to be written in the ledger. */
    Future<Repair> reap(String stream, Incarnation dead) {
        long startedAt = System.nanoTime();
        return pages(stream, dead, "0", 0)
                .compose(removed -> store.reap(stream, dead, List.of()).map(removed))
                .map(removed -> {
                    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
                    return new Repair(
                            stream,
                            dead.toString(),
                            removed,
                            0,
                            0,
                            removed,
                            "node_lost",
                            tookMillis,
                            clock.nowMillis());
                });
    }

    /** Page after page; the dead add nothing, so one walk finds all that they left. */
    private Future<Long> pages(String stream, Incarnation dead, String cursor, long removed) {
        return store.members(stream, dead, cursor)
                .compose(page -> remove(stream, dead, page).compose(done -> {
                    long so = removed + page.members().size();
                    return page.cursor().equals("0")
                            ? Future.succeededFuture(so)
                            : pages(stream, dead, page.cursor(), so);
                }));
    }

    private Future<Void> remove(String stream, Incarnation dead, MemberPage page) {
        // A small hash is scanned in one page of any size; a call takes a bounded number.
        Future<Void> done = Future.succeededFuture();
        List<Member> members = page.members();
        for (int from = 0; from < members.size(); from += CounterStore.MAX_BATCH) {
            List<Member> some = members.subList(from, Math.min(members.size(), from + CounterStore.MAX_BATCH));
            done = done.compose(before -> store.log(finished(stream, dead, some)))
                    .compose(logged -> store.reap(stream, dead, some))
                    .mapEmpty();
        }
        return done;
    }

    private static List<FinishedSession> finished(String stream, Incarnation dead, List<Member> members) {
        return members.stream()
                .map(member -> new FinishedSession(
                        stream,
                        member.user(),
                        member.session(),
                        dead.node(),
                        member.joinedAtMillis(),
                        member.lastBeatMillis(),
                        EndCause.NODE_LOST))
                .toList();
    }
}
