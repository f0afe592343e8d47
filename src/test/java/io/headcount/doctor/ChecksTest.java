package io.headcount.doctor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import io.headcount.store.BooksSurvey;
import io.headcount.store.RedisSurvey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What follows from what machine and servers say; what the embedded servers cannot be made to say. */
class ChecksTest {
    private static final Machine GOOD =
            new Machine(100_000, 1L << 30, 4_096, 4_194_304, 4_194_304, 212_992, 2_000_000_000L);

    @Test
    void isSilentAboutAMachineThatIsLargeEnough() throws ConfigException {
        assertThat(MachineChecks.atStart(config("limits.maxSockets", "50000"), GOOD))
                .isEmpty();
    }

    @Test
    void saysWhichLimitToRaiseWhenTooFewFilesMayBeOpen() throws ConfigException {
        Machine few = new Machine(20_000, 1L << 30, 4_096, -1, -1, -1, -1);

        assertThat(MachineChecks.atStart(config("limits.maxSockets", "50000"), few))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.verdict()).isEqualTo(Finding.Verdict.WRONG);
                    assertThat(finding.what()).contains("20000 files", "limits.maxSockets 50000 wants 51000");
                    assertThat(finding.advice()).contains("LimitNOFILE=100000", "limits.maxSockets to 19000");
                });
    }

    @Test
    void comparesBuffersBacklogAndHeapWithWhatTheKernelAndTheJvmGrant() throws ConfigException {
        Machine small = new Machine(100_000, 128L << 20, 128, 4_096, 4_096, 212_992, 400_000_000L);

        assertThat(MachineChecks.atStart(config("limits.maxSockets", "50000"), small))
                .extracting(Finding::where)
                .containsExactly("buffers", "buffers", "backlog", "heap");
        assertThat(MachineChecks.atStart(config("limits.maxSockets", "50000", "websocket.sendBufferBytes", "0"), GOOD))
                .as("the system's default, 10 GB")
                .singleElement()
                .satisfies(finding -> assertThat(finding.advice()).contains("websocket.sendBufferBytes"));
    }

    @Test
    void readsWhatTheKernelSays() throws Exception {
        Path backlog = Path.of("/proc/sys/net/core/somaxconn");
        assumeTrue(Files.isReadable(backlog), "net.core is not to be seen here");
        Process cat = new ProcessBuilder("cat", backlog.toString()).start();

        assertThat(Machine.here().acceptBacklog())
                .isEqualTo(Long.parseLong(new String(cat.getInputStream().readAllBytes(), US_ASCII).trim()));
        assertThat(Machine.here().maxFiles()).isGreaterThan(100);
    }

    @Test
    void asksNothingOfTheMachineOfANodeWithoutViewers() throws ConfigException {
        Machine few = new Machine(5_000, 512L << 20, 128, -1, -1, -1, -1);

        assertThat(MachineChecks.atStart(config("roles", "keeper"), few)).isEmpty();
    }

    @Test
    void saysByHowMuchAClockIsWrong() throws ConfigException {
        assertThat(MachineChecks.clock(config(), "Redis", -900).verdict()).isEqualTo(Finding.Verdict.FINE);
        assertThat(MachineChecks.clock(config(), "Redis", 2_000).verdict()).isEqualTo(Finding.Verdict.LOOK);
        assertThat(MachineChecks.clock(config(), "Redis", -120_000)).satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Finding.Verdict.WRONG);
            assertThat(finding.what()).contains("120.0 s behind that of Redis");
        });
    }

    @Test
    void findsAReplicaWithoutALinkAMasterWithoutAReplicaAndTooFewMasters() throws ConfigException {
        RedisSurvey.Server lonely = redis("10.0.0.1:6379", Map.of("role", "master", "connected_slaves", "0"));
        RedisSurvey.Server cutOff = redis(
                "10.0.0.2:6379",
                Map.of(
                        "role",
                        "slave",
                        "master_host",
                        "10.0.0.3",
                        "master_port",
                        "6379",
                        "master_link_status",
                        "down"));

        assertThat(wrong(RedisChecks.of(config(), List.of(lonely, cutOff))))
                .anyMatch(what -> what.contains("is a master without a replica"))
                .anyMatch(what -> what.contains("replica of 10.0.0.3:6379 and has no link"))
                .anyMatch(what -> what.contains("has 1 masters that answer"));
    }

    @Test
    void tellsAWrongPasswordFromASilentServer() throws ConfigException {
        List<Finding> findings = RedisChecks.of(
                config(),
                List.of(
                        RedisSurvey.Server.silent("a:6379", true, "WRONGPASS invalid username-password pair"),
                        RedisSurvey.Server.silent("b:6379", true, "Connection refused: b:6379")));

        assertThat(findings)
                .extracting(Finding::advice)
                .satisfiesExactly(
                        first -> assertThat(first).contains("redis.password"),
                        second -> assertThat(second).contains("redis.endpoints"));
    }

    @Test
    void wantsMySqlOfAVersionWithRoomForAllNodes() throws ConfigException {
        HeadcountConfig config = config("mysql.host", "db", "cluster.expectedNodes", "20");
        Map<String, String> variables = new HashMap<>(Map.of(
                "version",
                "10.11.6-MariaDB",
                "read_only",
                "OFF",
                "max_connections",
                "151",
                "max_allowed_packet",
                "1024"));

        List<String> wrong = wrong(BooksChecks.of(config, List.of(mysql("db:3306", variables)), upToDate()));

        assertThat(wrong)
                .anyMatch(what -> what.contains("MariaDB"))
                .anyMatch(what -> what.contains("max_connections is 151, and 20 nodes"))
                .anyMatch(what -> what.contains("max_allowed_packet is 1024"));
        variables.put("version", "8.0.31");
        assertThat(wrong(BooksChecks.of(config, List.of(mysql("db:3306", variables)), upToDate())))
                .noneMatch(what -> what.contains("8.0.31"));
        variables.put("version", "8.0.18");
        assertThat(wrong(BooksChecks.of(config, List.of(mysql("db:3306", variables)), upToDate())))
                .anyMatch(what -> what.contains("8.0.18"));
    }

    @Test
    void wantsOneServerThatTakesWrites() throws ConfigException {
        Map<String, String> writer = Map.of("version", "8.0.31", "read_only", "OFF");
        Map<String, String> reader = Map.of("version", "8.0.31", "read_only", "ON");

        assertThat(wrong(BooksChecks.of(config(), List.of(mysql("a:1", writer), mysql("b:1", writer)), upToDate())))
                .containsExactly("more than one server takes writes: a:1, b:1");
        assertThat(wrong(BooksChecks.of(config(), List.of(mysql("a:1", reader)), upToDate())))
                .containsExactly("none of [a:1] takes writes (read_only)");
    }

    private static List<String> wrong(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.WRONG)
                .map(Finding::what)
                .toList();
    }

    private static RedisSurvey.Server redis(String address, Map<String, String> info) {
        Map<String, String> all = new HashMap<>(info);
        all.put("redis_version", "7.0.15");
        all.put("cluster_enabled", "1");
        return new RedisSurvey.Server(
                address,
                true,
                null,
                all,
                Map.of("lazyfree-lazy-expire", "yes"),
                Map.of("cluster_state", "ok"),
                0,
                null);
    }

    private static BooksSurvey.Server mysql(String address, Map<String, String> variables) {
        return new BooksSurvey.Server(address, true, null, "", variables, 0);
    }

    private static BooksSurvey.Schema upToDate() {
        return new BooksSurvey.Schema(null, List.of(), List.of());
    }

    /** @param pairs keys and values, as environment variables would set them */
    private static HeadcountConfig config(String... pairs) throws ConfigException {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            String name = pairs[i].replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_');
            environment.put("HEADCOUNT_" + name.toUpperCase(Locale.ROOT), pairs[i + 1]);
        }
        return HeadcountConfig.read(Map.of(), environment);
    }
}
