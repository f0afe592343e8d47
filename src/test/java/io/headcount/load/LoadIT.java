package io.headcount.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.headcount.client.TinyGateway;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoadIT {
    private final Vertx vertx = Vertx.vertx();
    private final TinyGateway.Counts counts = new TinyGateway.Counts();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private TinyGateway first;
    private TinyGateway second;

    @BeforeEach
    void start() {
        first = TinyGateway.start(vertx, counts);
        second = TinyGateway.start(vertx, counts);
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void findsNoDifferenceWhereCountsAreRight() throws Exception {
        LoadReport report = run(settings(plan(300), 2)).run();

        assertThat(report.differences()).isEmpty();
        assertThat(report.errors()).isEmpty();
        assertThat(report.good()).isTrue();
        assertThat(report.users()).isBetween(280L, 300L);
        assertThat(report.sessions()).isGreaterThan(report.users());
        assertThat(report.leaves()).as("churn and the end").isGreaterThan(400);
        assertThat(report.finishedSessions()).isEqualTo(report.joins());
        assertThat(report.countsReceived()).isPositive();
        assertThat(report.exactAfterMillis()).containsOnlyKeys("API", "sockets", "API after");
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("steady");
    }

    @Test
    void findsTheDifferenceWhereTheServerIsWrong() throws Exception {
        counts.lie(1);

        LoadReport report = run(settings(plan(50), 0)).run();

        assertThat(report.good()).isFalse();
        assertThat(report.differences())
                .contains(new Difference(
                        "s1", first.target(), "users", truthOf("s1", report), truthOf("s1", report) + 1));
        assertThat(report.text()).contains("NOT GOOD").contains("DIFFERS");
    }

    @Test
    void countsLostSocketsAsErrorsButStillComparesTheRest() throws Exception {
        LoadRun run = run(settings(plan(200), 3));
        CompletableFuture<LoadReport> report = CompletableFuture.supplyAsync(() -> report(run));
        org.awaitility.Awaitility.await()
                .until(() -> printed.toString(StandardCharsets.UTF_8).contains("steady"));

        first.each(socket -> socket.close((short) 1013, "slow reader"));

        LoadReport done = report.get(30, TimeUnit.SECONDS);
        assertThat(done.errors()).containsOnlyKeys("lost: theirs 1013 slow reader");
        assertThat(done.differences()).isEmpty();
        assertThat(done.good()).isFalse();
    }

    @Test
    void endsEarlyAndComparesAllTheSame() throws Exception {
        LoadRun run = run(settings(plan(100), 600));
        CompletableFuture<LoadReport> report = CompletableFuture.supplyAsync(() -> report(run));
        org.awaitility.Awaitility.await()
                .until(() -> printed.toString(StandardCharsets.UTF_8).contains("steady"));

        run.endEarly();

        LoadReport done = report.get(30, TimeUnit.SECONDS);
        assertThat(done.endedEarly()).isTrue();
        assertThat(done.good()).isTrue();
    }

    @Test
    void addsUpSeveralProcesses() throws Exception {
        List<CrowdPlan> plans = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            plans.add(new CrowdPlan(i, 2, 100, 500, 50, 1.3, 5, "s", 1.0, 7, targets(), 1, 0, false, true, null));
        }

        LoadReport report = run(new LoadSettings(plans, 1, 5, false, false, false, MissingNode.getInstance()))
                .run();

        assertThat(report.errors()).isEmpty();
        assertThat(report.good()).isTrue();
        assertThat(report.users()).isBetween(190L, 200L);
        assertThat(report.finishedSessions()).isEqualTo(report.joins());
    }

    @Test
    void saysThatNobodyAnswers() {
        CrowdPlan nowhere = Plans.plan(1, List.of("127.0.0.1:1"), 1);

        assertThatThrownBy(() -> run(settings(nowhere, 1)).run())
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("scripts/run");
    }

    private CrowdPlan plan(int viewers) {
        return Plans.plan(viewers, targets(), 5);
    }

    private List<String> targets() {
        return List.of(first.target(), second.target());
    }

    private static LoadSettings settings(CrowdPlan plan, int seconds) {
        return new LoadSettings(List.of(plan), seconds, 3, false, false, false, MissingNode.getInstance());
    }

    private LoadRun run(LoadSettings settings) {
        return new LoadRun(settings, new LiveLine(new PrintStream(printed, true, StandardCharsets.UTF_8), false));
    }

    private static LoadReport report(LoadRun run) {
        try {
            return run.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long truthOf(String stream, LoadReport report) {
        return report.differences().stream()
                .filter(one -> one.stream().equals(stream) && one.what().equals("users"))
                .findFirst()
                .orElseThrow()
                .truth();
    }
}
