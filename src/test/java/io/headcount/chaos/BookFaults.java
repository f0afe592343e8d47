package io.headcount.chaos;

import io.headcount.dev.EmbeddedMySql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What happens to MySQL. */
final class BookFaults {
    private static final Duration COMPLETE_WITHIN = Duration.ofMinutes(1);
    private static final double CHURN_PER_SECOND = 60;
    private static final int IDS_A_QUERY = 500;

    private BookFaults() {}

    static List<Fault> all() {
        return List.of(Fault.of(
                "mysql-killed",
                "MySQL killed 60 s",
                "counts untouched; books complete <= 60 s after",
                BookFaults::killed));
    }

    private static void killed(Scene scene, Findings findings) {
        EmbeddedMySql mysql = scene.mysql();
        int before = scene.oracle().finished().size();
        scene.crowds().churn(CHURN_PER_SECOND);
        Scene.pause(2_000);

        mysql.kill();

        Scene.pause(scene.outage(60));
        mysql.restart();
        long back = System.nanoTime();
        scene.crowds().churn(0);
        scene.settle(Duration.ofSeconds(30));
        findings.exact(findings.watch().awaitExact(back, Duration.ofSeconds(30)), 5_000);
        findings.errorAtMost(0);
        findings.noErrorsSeen();
        List<String> all = scene.oracle().finished();
        Set<String> missing = new HashSet<>(all.subList(before, all.size()));
        int ended = missing.size();
        boolean complete = Scene.await(() -> noneMissing(mysql, missing), COMPLETE_WITHIN);
        findings.note(ended + " sessions ended; all in the books after "
                + Findings.seconds((System.nanoTime() - back) / 1_000_000));
        findings.check(complete, "books complete: " + missing.size() + " of " + ended + " sessions are missing");
    }

    private static boolean noneMissing(EmbeddedMySql mysql, Set<String> missing) {
        List<String> open = List.copyOf(missing);
        try (Connection connection = mysql.connect()) {
            for (int from = 0; from < open.size(); from += IDS_A_QUERY) {
                remove(connection, open.subList(from, Math.min(open.size(), from + IDS_A_QUERY)), missing);
            }
            return missing.isEmpty();
        } catch (SQLException e) {
            return false;
        }
    }

    private static void remove(Connection connection, List<String> some, Set<String> missing) throws SQLException {
        String marks = String.join(",", Collections.nCopies(some.size(), "?"));
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT `session` FROM user_sessions WHERE `session` IN (" + marks + ")")) {
            for (int i = 0; i < some.size(); i++) {
                statement.setString(i + 1, some.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.remove(rows.getString(1));
                }
            }
        }
    }
}
