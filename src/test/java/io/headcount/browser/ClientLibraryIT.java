package io.headcount.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.auth.Signer;
import io.headcount.browser.NodeJs.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client library that a node serves, in Node.js: {@code src/test/js}. */
@Tag("browser")
class ClientLibraryIT {
    private static final int MOST_BYTES = 4_096;

    private static CuttableNode node;

    @BeforeAll
    static void start() {
        node = CuttableNode.start(
                "headcount_library",
                Map.of(
                        "HEADCOUNT_AUTH_MODE", "jwt",
                        "HEADCOUNT_AUTH_SECRET", Signer.SECRET,
                        "HEADCOUNT_AUTH_LEEWAY_MILLIS", "0",
                        "HEADCOUNT_AUTH_EXPIRY_GRACE_MILLIS", "0",
                        "HEADCOUNT_LIMITS_MAX_SESSIONS_PER_USER", "2"));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void takesFourKilobytesAtMost() throws Exception {
        HttpResponse<byte[]> library = get("/headcount.js");

        assertThat(library.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).contains("javascript"));
        assertThat(gzipped(library.body())).hasSizeLessThanOrEqualTo(MOST_BYTES);
    }

    @Test
    void comesWithItsTypesAndAsAPackage() throws Exception {
        HttpResponse<byte[]> types = get("/headcount.d.ts");
        assertThat(types.statusCode()).isEqualTo(200);
        assertThat(types.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(new String(get("/package.json").body(), StandardCharsets.UTF_8))
                .contains("\"types\": \"./headcount.d.ts\"");
    }

    @Test
    void doesWhatAServerTellsIt() {
        assertThat(NodeJs.test("headcount.test.mjs", Map.of())).satisfies(ClientLibraryIT::passed);
    }

    @Test
    void countsAtARealNode() {
        assertThat(NodeJs.test(
                        "node.test.mjs", Map.of("HEADCOUNT_URL", node.baseUrl(), "HEADCOUNT_SECRET", Signer.SECRET)))
                .satisfies(ClientLibraryIT::passed);
    }

    private static void passed(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.output()).as("a run without tests shows nothing").containsPattern("# pass [1-9]");
    }

    private static HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(node.baseUrl() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private static byte[] gzipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }
}
