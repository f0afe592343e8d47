package io.headcount;

import io.headcount.store.Readiness;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Readiness from named checks, each of which says {@code ok} or what is missing. */
final class NodeReadiness implements Readiness {
    private static final String OK = "ok";

    private final Map<String, Supplier<Future<String>>> checks = new ConcurrentHashMap<>();

    /** Adds a check that is at hand: {@code null} for fine, else what is missing. */
    void add(String name, Supplier<String> check) {
        checks.put(name, () -> Future.succeededFuture(check.get()));
    }

    /** Adds a check that has to ask: it fails when something is missing. */
    void ask(String name, Supplier<Future<Void>> check) {
        checks.put(
                name,
                () -> check.get()
                        .<String>mapEmpty()
                        .recover(failure -> Future.succeededFuture(Configured.reason(failure))));
    }

    @Override
    public Future<Report> check() {
        List<String> names = new ArrayList<>(checks.keySet());
        List<Future<?>> answers = new ArrayList<>();
        names.forEach(name -> answers.add(checks.get(name).get()));
        return Future.all(answers).map(all -> {
            Map<String, String> report = new TreeMap<>();
            boolean ready = true;
            for (int i = 0; i < names.size(); i++) {
                String missing = all.resultAt(i);
                ready &= missing == null;
                report.put(names.get(i), missing == null ? OK : missing);
            }
            return new Report(ready, report);
        });
    }
}
