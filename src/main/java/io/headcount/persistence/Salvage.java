package io.headcount.persistence;

import io.headcount.store.BookException;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Writes what can be written of a batch in which some rows are refused for what they say. */
final class Salvage {
    private Salvage() {}

    /**
     * Writes rows, by halves where they are refused, until only the bad ones are left.
     *
     * @param refused what is done with each bad one
     * @return fails with the first failure that is not a refusal; all may then be repeated
     */
    static <T> Future<Void> write(
            List<T> rows, Function<List<T>, Future<Void>> save, BiFunction<T, BookException, Future<Void>> refused) {
        if (rows.isEmpty()) {
            return Future.succeededFuture();
        }
        return save.apply(rows).recover(failure -> {
            if (!(failure instanceof BookException refusal && refusal.refused())) {
                return Future.failedFuture(failure);
            }
            if (rows.size() == 1) {
                return refused.apply(rows.get(0), refusal);
            }
            int half = rows.size() / 2;
            return write(rows.subList(0, half), save, refused)
                    .compose(first -> write(rows.subList(half, rows.size()), save, refused));
        });
    }
}
