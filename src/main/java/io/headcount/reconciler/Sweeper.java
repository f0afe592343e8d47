package io.headcount.reconciler;

import io.headcount.bus.Ledger;
import io.headcount.store.CounterStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;

/** Removes users without a tab from streams' sets, page by page: left behind by lost data or by hand. */
final class Sweeper {
    private final String self;
    private final CounterStore store;
    private final Ledger ledger;
    private final Counter swept;

    Sweeper(String self, CounterStore store, Ledger ledger, MeterRegistry metrics) {
        this.self = self;
        this.store = store;
        this.ledger = ledger;
        this.swept = Counter.builder("headcount.reconciler.users.swept")
                .description("users without a tab that were removed")
                .register(metrics);
    }

    /** @param viewers that were counted before, for the ledger */
    Future<Void> sweep(String stream, long viewers) {
        return pages(stream, "0", 0)
                .onSuccess(removed -> ledger.tell(
                        stream, self, viewers, Math.max(0, viewers - removed), 0, removed, "users_without_tab", 0))
                .mapEmpty();
    }

    private Future<Long> pages(String stream, String cursor, long removed) {
        return store.sweep(stream, cursor).compose(result -> {
            swept.increment((double) result.removed());
            long so = removed + result.removed();
            return result.cursor().equals("0") ? Future.succeededFuture(so) : pages(stream, result.cursor(), so);
        });
    }
}
