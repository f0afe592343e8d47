package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.dev.EmbeddedMySql;
import io.headcount.dev.EmbeddedRedisCluster;
import io.headcount.dev.NodePorts;
import io.headcount.dev.SharedServers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code headcount doctor} on real servers: nothing to find, and then one planted misconfiguration after the other. */
class DoctorIT {
    private static final String DATABASE = "headcount_doctor";

    @TempDir
    private Path folder;

    private final EmbeddedRedisCluster redis = SharedServers.redis();
    private final EmbeddedMySql mysql = SharedServers.mysql();
    private final NodePorts ports = NodePorts.pick();
    private final Map<String, String> file = new LinkedHashMap<>();
    private String said;

    @BeforeAll
    static void migrate(@TempDir Path folder) throws Exception {
        SharedServers.mysql().createDatabase(DATABASE);
        DoctorIT first = new DoctorIT();
        first.folder = folder;
        first.configure();
        assertThat(first.run("migrate")).isZero();
    }

    @BeforeEach
    void configure() {
        file.put("node.id", "doctor-1");
        file.put("http.port", Integer.toString(ports.http()));
        file.put("management.port", Integer.toString(ports.management()));
        file.put("cluster.port", Integer.toString(ports.hazelcast()));
        file.put("cluster.busPort", Integer.toString(ports.bus()));
        file.put("limits.maxSockets", "1000");
        file.put("redis.endpoints", redis.endpoints().toString());
        file.put("mysql.port", Integer.toString(mysql.port()));
        file.put("mysql.database", DATABASE);
        file.put("mysql.user", mysql.user());
        file.put("mysql.password", "\"" + mysql.password() + "\"");
    }

    @AfterEach
    void setServersRight() throws Exception {
        for (int server = 0; server < EmbeddedRedisCluster.SIZE; server++) {
            redis.call(server, "CONFIG", "SET", "maxmemory-policy", "noeviction");
            redis.call(server, "CONFIG", "SET", "cluster-require-full-coverage", "no");
            redis.call(server, "CONFIG", "SET", "lazyfree-lazy-expire", "yes");
        }
        redis.run("DEL", "node:{doctor-1}");
        asRoot("SET GLOBAL read_only = OFF");
    }

    @Test
    void findsNothingWrongWhereNothingIs() throws Exception {
        assertThat(doctor()).as(said).isZero();

        assertThat(said)
                .contains("headcount doctor: all well", "3 masters, all 16384 slots")
                .contains("ok     mysql tables: up to date")
                .doesNotContain("WRONG");
    }

    @Test
    void findsARedisThatThrowsKeysAway() throws Exception {
        redis.call(0, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");

        assertFinds("redis 127.0.0.1:" + redis.port(0) + ": maxmemory-policy is allkeys-lru", "set maxmemory-policy");
    }

    @Test
    void findsAClusterThatStopsAsAWhole() throws Exception {
        redis.call(1, "CONFIG", "SET", "cluster-require-full-coverage", "yes");

        assertFinds("one lost shard would stop the others too", "set cluster-require-full-coverage no");
    }

    @Test
    void findsARedisThatStopsToDeleteALargeSet() throws Exception {
        redis.call(2, "CONFIG", "SET", "lazyfree-lazy-expire", "no");

        assertFinds("lazyfree-lazy-expire is no", "set lazyfree-lazy-expire yes");
    }

    @Test
    void findsAWrongModeAndAServerThatIsNotThere() throws Exception {
        file.put("redis.mode", "standalone");
        file.put("redis.endpoints", "[\"127.0.0.1:" + redis.port(0) + "\"]");
        assertFinds("is part of a Redis Cluster, and redis.mode is standalone", "set redis.mode: cluster");

        file.put("redis.mode", "cluster");
        file.put("redis.endpoints", "[\"127.0.0.1:" + redis.port(0) + "\", \"127.0.0.1:" + ports.bus() + "\"]");
        assertFinds("redis 127.0.0.1:" + ports.bus() + ": cannot be asked", "correct redis.endpoints");
        assertThat(said).contains("look   redis 127.0.0.1:" + redis.port(3), "not in redis.endpoints");
    }

    @Test
    void findsTablesThatAreNotThere() throws Exception {
        mysql.createDatabase("headcount_doctor_empty");
        file.put("mysql.database", "headcount_doctor_empty");

        assertFinds("migrations are still to be applied", "headcount migrate");
    }

    @Test
    void findsAWrongPasswordOfMySql() throws Exception {
        file.put("mysql.password", "wrong");

        assertFinds("says 1045", "correct mysql.user and mysql.password");
    }

    @Test
    void findsAWriterThatTakesNoWrites() throws Exception {
        asRoot("SET GLOBAL read_only = ON");

        assertFinds("takes writes (read_only)", "point mysql.host, or mysql.endpoints, at the writer");
    }

    @Test
    void isContentWithBothPasswordsWhileTheyAreRotated() throws Exception {
        onAllRedis("ACL", "SETUSER", "rotating", "on", ">old", "~*", "&*", "+@all");
        asRoot("CREATE USER rotating IDENTIFIED WITH mysql_native_password BY 'old'");
        asRoot("GRANT ALL ON headcount_doctor.* TO rotating");
        file.put("redis.user", "rotating");
        file.put("mysql.user", "rotating");
        try {
            onAllRedis("ACL", "SETUSER", "rotating", ">new");
            asRoot("ALTER USER rotating IDENTIFIED WITH mysql_native_password BY 'new' RETAIN CURRENT PASSWORD");
            assertThat(doctorWithPassword("old")).as(said).isZero();
            assertThat(doctorWithPassword("new")).as(said).isZero();

            onAllRedis("ACL", "SETUSER", "rotating", "<old");
            asRoot("ALTER USER rotating DISCARD OLD PASSWORD");
            assertThat(doctorWithPassword("new")).as(said).isZero();
            assertThat(doctorWithPassword("old")).as(said).isOne();
            assertThat(said).contains("correct redis.user and redis.password", "correct mysql.user and mysql.password");
        } finally {
            onAllRedis("ACL", "DELUSER", "rotating");
            asRoot("DROP USER rotating");
        }
    }

    @Test
    void findsAPortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(ports.http(), 1, InetAddress.getLoopbackAddress())) {
            assertFinds("port " + other.getLocalPort() + ": taken by another program (http.port)", "ss -ltnp");
        }
    }

    @Test
    void findsAnIdThatAnotherNodeHas() throws Exception {
        redis.run("SET", "node:{doctor-1}", "7:alive", "PX", "60000");

        assertFinds("node.id doctor-1 has a living lease (7:alive)", "give each node an id of its own");
    }

    @Test
    void findsMoreSocketsThanFiles() throws Exception {
        file.put("limits.maxSockets", "1000000");

        assertFinds("limits.maxSockets 1000000 wants 1001000", "LimitNOFILE=100000");
    }

    @Test
    void saysThatAConfigurationCannotBeUsed() throws Exception {
        file.put("http.port", "99999");

        assertThat(doctor()).isEqualTo(78);
    }

    /** Exactly this is wrong, and exit code 1 says so. */
    private void assertFinds(String what, String advice) throws IOException {
        assertThat(doctor()).as(said).isEqualTo(1);

        assertThat(said.lines().filter(line -> line.startsWith("WRONG")))
                .as(said)
                .singleElement()
                .asString()
                .contains(what);
        assertThat(said).contains(advice, "1 thing is wrong");
    }

    private int doctorWithPassword(String password) throws IOException {
        file.put("redis.password", password);
        file.put("mysql.password", password);
        return doctor();
    }

    private void onAllRedis(String... command) throws IOException {
        for (int server = 0; server < EmbeddedRedisCluster.SIZE; server++) {
            redis.call(server, command);
        }
    }

    private int doctor() throws IOException {
        return run("doctor");
    }

    private int run(String command) throws IOException {
        StringBuilder yaml = new StringBuilder();
        // Dotted keys are read like nested ones.
        file.forEach((key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
        Path written = Files.writeString(folder.resolve("headcount.yaml"), yaml);
        StringWriter output = new StringWriter();
        int code = new CommandLine(new Headcount())
                .setOut(new PrintWriter(output))
                .execute(command, "--config", written.toString());
        said = output.toString();
        return code;
    }

    private void asRoot(String sql) throws SQLException {
        try (Connection connection = mysql.connectAsRoot();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
