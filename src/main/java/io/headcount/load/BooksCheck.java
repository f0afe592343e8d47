package io.headcount.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Looks into the books, {@code --verify-books}: reads only. */
final class BooksCheck implements AutoCloseable {
    private static final int IDS_A_QUERY = 500;

    private final Connection connection;

    private BooksCheck(Connection connection) {
        this.connection = connection;
    }

    /**
     * Connects to the database that {@code scripts/run} named.
     *
     * @throws LoadException when it named none, or it cannot be reached
     */
    static BooksCheck open(JsonNode runFile) throws LoadException {
        JsonNode mysql = runFile.path("mysql");
        if (!mysql.hasNonNull("port")) {
            throw new LoadException(
                    "--verify-books needs the mysql entry of .run/headcount.json; is scripts/run running?");
        }
        String url = "jdbc:mariadb://" + mysql.path("host").asText("127.0.0.1") + ":"
                + mysql.path("port").asInt() + "/" + mysql.path("database").asText("headcount");
        Properties properties = new Properties();
        properties.setProperty("user", mysql.path("user").asText("headcount"));
        properties.setProperty("password", mysql.path("password").asText(""));
        properties.setProperty("connectTimeout", "3000");
        properties.setProperty("socketTimeout", "30000");
        properties.setProperty("allowPublicKeyRetrieval", "true");
        try {
            Connection connection = DriverManager.getConnection(url, properties);
            connection.setReadOnly(true);
            return new BooksCheck(connection);
        } catch (SQLException e) {
            throw new LoadException("the books at " + url + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Users in {@code current_viewers}, by stream. */
    Map<String, Long> currentViewers(List<String> streams) throws LoadException {
        Map<String, Long> counts = new HashMap<>();
        each("SELECT stream_id, viewers FROM current_viewers WHERE stream_id IN ", streams, row -> {
            counts.put(row.getString(1), row.getLong(2));
        });
        return counts;
    }

    /** How many rows of {@code user_sessions} those sessions have, and how many of the sessions have one. */
    SessionRows sessionRows(List<String> sessions) throws LoadException {
        long[] sum = new long[2];
        each("SELECT COUNT(*), COUNT(DISTINCT `session`) FROM user_sessions WHERE `session` IN ", sessions, row -> {
            sum[0] += row.getLong(1);
            sum[1] += row.getLong(2);
        });
        return new SessionRows(sum[0], sum[1]);
    }

    @Override
    public void close() throws LoadException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new LoadException("the books' connection did not close: " + e.getMessage(), e);
        }
    }

    private void each(String select, List<String> values, RowReader reader) throws LoadException {
        for (int from = 0; from < values.size(); from += IDS_A_QUERY) {
            List<String> some = values.subList(from, Math.min(values.size(), from + IDS_A_QUERY));
            String marks = String.join(",", Collections.nCopies(some.size(), "?"));
            try (PreparedStatement statement = connection.prepareStatement(select + "(" + marks + ")")) {
                for (int i = 0; i < some.size(); i++) {
                    statement.setString(i + 1, some.get(i));
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        reader.read(rows);
                    }
                }
            } catch (SQLException e) {
                throw new LoadException("the books cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /**
     * What the books hold of some sessions.
     *
     * @param rows rows
     * @param sessions sessions with at least one row
     */
    record SessionRows(long rows, long sessions) {}

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
