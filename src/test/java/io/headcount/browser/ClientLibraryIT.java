package io.headcount.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import io.headcount.auth.Signer;
import io.headcount.browser.NodeJs.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client library that a node serves, in Node.js ({@code src/test/js}) and in Chromium. */
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
                        "HEADCOUNT_AUTH_COOKIE_KEYS", "0123456789abcdef0123456789abcdef",
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
    void takesNoMoreThanItNeedsWhileNobodyLooks() {
        assertThat(NodeJs.test("visibility.test.mjs", Map.of())).satisfies(ClientLibraryIT::passed);
    }

    @Test
    void makesDoWithPlainRequests() {
        assertThat(NodeJs.test("beats.test.mjs", Map.of())).satisfies(ClientLibraryIT::passed);
    }

    @Test
    void sharesOneSocketBetweenTheTabsOfABrowser() {
        String watch = "async ([stream, token]) => { const { SharedViewer } = await import('/headcount-tabs.js');"
                + " window.viewer = new SharedViewer(stream, { token, sharedBy: 'u1' }); viewer.connect(); }";
        try (Chromium chromium = Chromium.start();
                BrowserContext browser =
                        chromium.browser().newContext(new Browser.NewContextOptions().setBypassCSP(true))) {
            List<WebSocket> sockets = new CopyOnWriteArrayList<>();
            browser.onPage(page -> page.onWebSocket(sockets::add));
            List<String> arguments =
                    List.of("tabs-" + System.nanoTime(), Signer.hs256().token("sub", "u1"));
            Page first = tab(browser);
            first.evaluate(watch, arguments);
            first.waitForFunction("viewer.state === 'live' && viewer.viewers === 1");
            Page second = tab(browser);
            second.evaluate(watch, arguments);
            second.waitForFunction("viewer.state === 'live' && viewer.viewers === 1");

            assertThat(first.evaluate("viewer.leads")).isEqualTo(true);
            assertThat(second.evaluate("[viewer.leads, viewer.session]"))
                    .isEqualTo(List.of(false, first.evaluate("viewer.session")));
            assertThat(sockets).hasSize(1);

            first.close();
            second.waitForFunction("viewer.leads && viewer.state === 'live' && viewer.viewers === 1");
            assertThat(sockets).hasSize(2);
            second.evaluate("viewer.close()");
            assertThat(second.evaluate("viewer.state")).isEqualTo("idle");
        }
    }

    private static Page tab(BrowserContext browser) {
        Page page = browser.newPage();
        page.navigate(node.baseUrl() + "/favicon.svg");
        return page;
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
