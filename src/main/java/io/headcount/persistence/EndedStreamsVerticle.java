package io.headcount.persistence;

import io.headcount.bus.Addresses;
import io.headcount.bus.Bus;
import io.headcount.bus.Message;
import io.headcount.bus.Roster;
import io.headcount.bus.Rounds;
import io.headcount.store.CounterStore;
import io.headcount.store.MasterData;
import io.headcount.store.StreamEnds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/**
 * Sees to it that who is on a stream that has ended is told so, however the news was lost: of the streams that this keeper
 * owns, those that MySQL says have ended are noted in Redis again, and announced while anybody is on them.
 */
public final class EndedStreamsVerticle extends VerticleBase {
    private static final int LOOK_MILLIS = 5_000;

    private final Roster roster;
    private final CounterStore counters;
    private final MasterData masterData;
    private final StreamEnds ends;
    private Bus bus;
    private Rounds rounds;

    public EndedStreamsVerticle(Roster roster, CounterStore counters, MasterData masterData, StreamEnds ends) {
        this.roster = roster;
        this.counters = counters;
        this.masterData = masterData;
        this.ends = ends;
    }

    @Override
    public Future<?> start() {
        bus = Bus.of(vertx);
        rounds = Rounds.every(LOOK_MILLIS, "streams that have ended", vertx, this::look);
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return rounds.stop();
    }

    private Future<Void> look() {
        return counters.liveStreams()
                .compose(live -> look(live.stream().filter(roster::owns).toList(), 0));
    }

    private Future<Void> look(List<String> owned, int from) {
        if (from >= owned.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(owned.size(), from + MasterData.MOST_ASKED);
        return masterData
                .endedAmong(owned.subList(from, to))
                .compose(this::tell)
                .compose(told -> look(owned, to));
    }

    private Future<Void> tell(List<String> ended) {
        if (ended.isEmpty()) {
            return Future.succeededFuture();
        }
        return counters.read(ended).compose(streams -> {
            List<String> watched = streams.stream()
                    .filter(stream -> stream.count().sessions() > 0)
                    .map(stream -> stream.count().stream())
                    .toList();
            if (watched.isEmpty()) {
                return Future.succeededFuture();
            }
            bus.publish(Addresses.ENDINGS, new Message.Endings(watched, List.of()));
            long now = System.currentTimeMillis();
            return Future.join(watched.stream()
                            .map(stream -> ends.end(stream, now))
                            .toList())
                    .mapEmpty();
        });
    }
}
