package io.headcount.store.mysql;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.config.MySqlConfig;
import io.headcount.config.MySqlConfig.Tls;
import io.headcount.store.BookException;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A MySQL that takes encrypted connections only, with the certificate that it made for itself: it is for no host. */
class MySqlTlsIT {
    private static OwnMySql mysql;
    private static MySqlConfig plain;
    private static Vertx vertx;

    @BeforeAll
    static void startServer() throws Exception {
        mysql = new OwnMySql();
        mysql.execute("", "SET GLOBAL require_secure_transport = ON");
        vertx = Vertx.vertx();
        plain = mysql.config("headcount");
    }

    @AfterAll
    static void stopServer() throws Exception {
        vertx.close().await(10, SECONDS);
        mysql.stop();
    }

    @Test
    void migratesWritesAndReadsEncrypted() throws Exception {
        MySqlConfig config = plain.with(new Tls(true, ca(), false));

        assertThat(Migrations.run(config)).isNotEmpty();

        MySqlBookStore books = MySqlBookStore.open(vertx, config);
        books.ping().await(10, SECONDS);
        assertThat(books.stream("nobody").await(10, SECONDS)).isNull();
        books.close().await(10, SECONDS);
    }

    @Test
    void speaksToNobodyInPlainText() {
        assertThatThrownBy(() -> Migrations.pending(plain)).isInstanceOf(BookException.class);
        assertRefused(plain);
    }

    @Test
    void speaksToNobodyForWhomNobodyVouches() {
        MySqlConfig jdkOnly = plain.with(new Tls(true, "", false));

        assertThatThrownBy(() -> Migrations.pending(jdkOnly)).isInstanceOf(BookException.class);
        assertRefused(jdkOnly);
    }

    @Test
    void speaksToNobodyWhoseCertificateIsForAnotherHost() {
        MySqlConfig byName = plain.with(new Tls(true, ca(), true));

        assertThatThrownBy(() -> Migrations.pending(byName)).isInstanceOf(BookException.class);
        assertRefused(byName);
    }

    private static void assertRefused(MySqlConfig config) {
        MySqlBookStore books = MySqlBookStore.open(vertx, config);
        try {
            assertThatThrownBy(() -> books.ping().await(20, SECONDS)).isInstanceOf(BookException.class);
        } finally {
            books.close();
        }
    }

    private static String ca() {
        return mysql.data().resolve("ca.pem").toString();
    }
}
