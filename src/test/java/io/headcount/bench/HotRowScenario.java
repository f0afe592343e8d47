package io.headcount.bench;

import io.headcount.dev.SharedServers;
import io.headcount.gateway.Population;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * What the talk begins with: every join and leave as an update of its stream's row, straight into MySQL. First as fast as
 * it goes, with more and more connections; then at offered rates, Headcount beside it at the same ones. An update's time
 * runs from when it was due, so that waiting in line counts.
 */
final class HotRowScenario implements Scenario {
    private static final int STREAMS = 10_000;
    private static final int[] CONNECTIONS = {16, 64, 200};
    private static final int[] RATES = {500, 1_000, 2_000, 4_000, 8_000, 16_000};
    private static final int OFFERED_OVER = 64;
    private static final long LONGEST_MICROS = 120_000_000;
    private static final String UPDATE = "UPDATE hotrow SET viewer_count = viewer_count + ? WHERE stream_id = ?";

    private enum Rows {
        HOT("one hot row"),
        ZIPF("Zipf over 10,000 rows");

        private final String label;

        Rows(String label) {
            this.label = label;
        }
    }

    @Override
    public String name() {
        return "hotrow";
    }

    @Override
    public String about() {
        return "each join and leave as UPDATE ... SET viewer_count = viewer_count +- 1 in MySQL, Headcount beside it";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        try (InjectedNodes nodes = InjectedNodes.start(1, Map.of("NODE_FLAGS", "-Xmx1000m"))) {
            makeTable();
            run.note("MySQL with innodb_flush_log_at_trx_commit = " + variable("innodb_flush_log_at_trx_commit")
                    + ", innodb_buffer_pool_size = " + variable("innodb_buffer_pool_size"));
            for (Rows rows : Rows.values()) {
                for (int connections : CONNECTIONS) {
                    saturate(run, rows, connections);
                }
            }
            compare(run, nodes);
            execute("DROP TABLE hotrow");
        }
    }

    private static void saturate(BenchRun run, Rows rows, int connections) throws Exception {
        String where = rows.label + ", " + connections + " connections: ";
        ServerCpu cpu = new ServerCpu(List.of());
        long waits = status("Innodb_row_lock_waits");
        long waited = status("Innodb_row_lock_time");
        Outcome outcome = update(rows, connections, 0, run.quick() ? 4 : 10);
        run.figure(where + "updates a second", "1/s", outcome.rate());
        run.figure(where + "p50", "ms", outcome.millis(50));
        run.figure(where + "p99", "ms", outcome.millis(99));
        run.figure(where + "CPU an update", "us", (double) cpu.mysql() / outcome.done);
        run.figure(
                where + "row lock waits an update",
                "",
                (double) (status("Innodb_row_lock_waits") - waits) / outcome.done);
        run.figure(
                where + "time in row lock waits an update",
                "ms",
                (double) (status("Innodb_row_lock_time") - waited) / outcome.done);
    }

    private static void compare(BenchRun run, InjectedNodes nodes) throws Exception {
        int seconds = run.quick() ? 5 : 15;
        List<Double> rates = new ArrayList<>();
        List<List<Double>> lines = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        nodes.ask(0, "churn 4000 " + (run.quick() ? 10 : 20) + " 1 8000");
        for (int rate : RATES) {
            Outcome hot = update(Rows.HOT, OFFERED_OVER, rate, seconds);
            Outcome zipf = update(Rows.ZIPF, OFFERED_OVER, rate, seconds);
            nodes.ask(0, "reset");
            Map<String, String> done = nodes.ask(0, "churn " + rate + " " + seconds + " 1 " + Math.max(200, rate / 2));
            double headcount = Double.parseDouble(nodes.ask(0, "status").get("welcomeP99Millis"));
            rates.add((double) rate);
            lines.get(0).add(hot.millis(99));
            lines.get(1).add(zipf.millis(99));
            lines.get(2).add(headcount);
            String at = "at " + rate + " a second: ";
            run.figure(at + "MySQL, one hot row, done a second", "1/s", hot.rate());
            run.figure(at + "MySQL, one hot row, p99", "ms", hot.millis(99));
            run.figure(at + "MySQL, Zipf, p99", "ms", zipf.millis(99));
            run.figure(
                    at + "Headcount, one stream, done a second", "1/s", Double.parseDouble(done.get("eventsASecond")));
            run.figure(at + "Headcount, one stream, join until counted, p99", "ms", headcount);
        }
        nodes.ask(0, "close 20000");
        BenchRun.hold(2);
        run.plot(new Plot(
                "p99 in ms over the joins and leaves that are offered a second",
                List.of("MySQL, one hot row", "MySQL, Zipf", "Headcount, one stream"),
                rates,
                List.copyOf(lines)));
    }

    private record Outcome(long done, double seconds, ConcurrentHistogram micros) {
        double rate() {
            return done / seconds;
        }

        double millis(double percentile) {
            return micros.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    /** @param rate a second, in order and each once; 0 for as many as there can be */
    private static Outcome update(Rows rows, int connections, int rate, int seconds) throws Exception {
        ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
        AtomicLong next = new AtomicLong();
        AtomicLong done = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
        Population population = new Population(STREAMS);
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            open.add(DriverManager.getConnection(
                    SharedServers.mysql().jdbcUrl(),
                    SharedServers.mysql().user(),
                    SharedServers.mysql().password()));
        }
        long started = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (Connection connection : open) {
            Thread thread = new Thread(
                    () -> {
                        try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
                            SplittableRandom random = new SplittableRandom(System.identityHashCode(connection));
                            while (!over.get()) {
                                long number = next.getAndIncrement();
                                long due = rate == 0 ? System.nanoTime() : started + number * 1_000_000_000L / rate;
                                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                                    LockSupport.parkNanos(wait);
                                }
                                update.setInt(1, number % 2 == 0 ? 1 : -1);
                                update.setString(
                                        2,
                                        Population.name(rows == Rows.HOT ? 0 : population.streamOf(random.nextLong())));
                                update.executeUpdate();
                                done.incrementAndGet();
                                micros.recordValue(Math.min(LONGEST_MICROS, (System.nanoTime() - due) / 1_000));
                            }
                        } catch (SQLException e) {
                            failures.add(e);
                        }
                    },
                    "update");
            threads.add(thread);
            thread.start();
        }
        BenchRun.hold(seconds);
        over.set(true);
        double took = (System.nanoTime() - started) / 1e9;
        for (Thread thread : threads) {
            thread.join();
        }
        for (Connection connection : open) {
            connection.close();
        }
        if (!failures.isEmpty()) {
            throw failures.peek();
        }
        return new Outcome(done.get(), took, micros);
    }

    private static void makeTable() throws SQLException {
        execute("DROP TABLE IF EXISTS hotrow");
        execute("CREATE TABLE hotrow (stream_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
                + " viewer_count BIGINT NOT NULL)");
        try (Connection connection = SharedServers.mysql().connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO hotrow VALUES (?, 0)")) {
            connection.setAutoCommit(false);
            for (int stream = 0; stream < STREAMS; stream++) {
                insert.setString(1, Population.name(stream));
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = SharedServers.mysql().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long status(String name) throws SQLException {
        return Long.parseLong(one(
                "SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = '" + name + "'"));
    }

    private static String variable(String name) throws SQLException {
        return one("SELECT @@" + name);
    }

    private static String one(String sql) throws SQLException {
        try (Connection connection = SharedServers.mysql().connectAsRoot();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
