package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.config.MySqlConfig;
import io.headcount.store.BookException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MigrationsIT {
    private static OwnMySql mysql;

    @BeforeAll
    static void startServer() throws Exception {
        mysql = new OwnMySql();
    }

    @AfterAll
    static void stopServer() throws Exception {
        mysql.stop();
    }

    @Test
    void makesAllTablesOnceEvenWhenTwoMigrateAtTheSameTime() throws Exception {
        mysql.execute("", "CREATE DATABASE twice");
        MySqlConfig config = mysql.config("twice");
        List<String> all = Migrations.pending(config);
        assertThat(all).startsWith("001", "002", "003", "004");

        var other = CompletableFuture.supplyAsync(() -> Migrations.run(config));
        int applied = Migrations.run(config).size() + other.get().size();

        assertThat(applied).isEqualTo(all.size());
        assertThat(Migrations.pending(config)).isEmpty();
        assertThat(Migrations.run(config)).isEmpty();
        assertThat(
                        mysql.one(
                                "twice",
                                "SELECT GROUP_CONCAT(table_name ORDER BY table_name) FROM"
                                        + " information_schema.tables WHERE table_schema = 'twice' AND table_name NOT LIKE 'flyway%'"))
                .isEqualTo(
                        "broadcasters,categories,current_viewers,daily_statistics,group_history,reconciliations,session_rejects,"
                                + "streams,user_sessions,users,viewer_history");
    }

    @Test
    void saysThatTheDatabaseIsMissingAndMakesNone() throws Exception {
        assertThatThrownBy(() -> Migrations.run(mysql.config("missing")))
                .isInstanceOfSatisfying(
                        BookException.class, e -> assertThat(e.advice()).contains("CREATE DATABASE missing"));
        assertThat(mysql.one("", "SHOW DATABASES LIKE 'missing'")).isNull();
    }

    /**
     * Of a user whom it does not know MySQL asks for the password in a way that it picks by the name and a salt of the
     * server's own, sha256_password among them, which the client does not speak: so nobody learns which users there are.
     */
    @Test
    void saysThatTheLoginIsRefused() throws Exception {
        mysql.execute("", "CREATE USER native@localhost IDENTIFIED WITH mysql_native_password BY 'right'");
        mysql.execute("", "CREATE USER sha@localhost IDENTIFIED WITH sha256_password BY 'right'");

        for (String user : List.of("native", "sha", "nobody")) {
            refuses(user);
        }
    }

    private static void refuses(String user) {
        MySqlConfig config = mysql.config("any");
        MySqlConfig.Endpoint server = config.endpoints().get(0);
        MySqlConfig wrong = new MySqlConfig(server.host(), server.port(), "any", user, "wrong", 1, 15_000);

        assertThatThrownBy(() -> Migrations.pending(wrong)).isInstanceOfSatisfying(BookException.class, e -> {
            assertThat(e.getMessage()).contains(server.host() + ":" + server.port());
            assertThat(e.advice()).as("%s", e).contains("mysql.password");
        });
    }

    @Test
    void saysThatNoServerAnswers() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        assertThatThrownBy(() -> Migrations.run(new MySqlConfig("127.0.0.1", port, "any", "nobody", "", 1, 1000)))
                .isInstanceOfSatisfying(BookException.class, e -> {
                    assertThat(e.getMessage()).contains("127.0.0.1:" + port);
                    assertThat(e.advice()).contains("mysql.host");
                });
    }
}
