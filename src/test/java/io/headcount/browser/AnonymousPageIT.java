package io.headcount.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.Cookie;
import io.headcount.auth.Signer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The watch page in Chromium where names count for nothing: devices by their cookie, and signed tokens. */
@Tag("browser")
class AnonymousPageIT {
    private static Chromium chromium;
    private static CuttableNode node;

    private final String stream = "anonymous-" + System.nanoTime();

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        node = CuttableNode.start(
                "headcount_anonymous",
                Map.of(
                        "HEADCOUNT_AUTH_MODE", "jwt",
                        "HEADCOUNT_AUTH_SECRET", Signer.SECRET,
                        "HEADCOUNT_AUTH_ANONYMOUS", "true",
                        "HEADCOUNT_AUTH_COOKIE_KEYS", "0123456789abcdef0123456789abcdef"));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void countsTheTabsOfOneBrowserOnceAndAnotherBrowserOnceMore() {
        try (BrowserContext mine = chromium.browser().newContext();
                BrowserContext others = chromium.browser().newContext()) {
            Page first = mine.newPage();
            Response page = first.navigate(node.baseUrl() + "/?stream=" + stream);
            assertThat(page.headerValue("cache-control"))
                    .as("of an answer with a cookie")
                    .isEqualTo("private, no-store");
            Page second = open(mine, "");
            shows(first, 1);
            shows(second, 1);
            assertThat(first.locator("#sessions")).hasText("2", within(10));
            assertThat(first.locator("#connection")).hasText("Connected as this browser.");
            assertThat(first.locator("#user")).isHidden();

            Page other = open(others, "");
            shows(other, 2);
            shows(first, 2);

            first.reload();
            shows(first, 2);
            assertThat(mine.cookies()).singleElement().satisfies(AnonymousPageIT::isNoPersonalData);
        }
    }

    @Test
    void keepsTheCookieThatCameWithASocketAlone() {
        try (BrowserContext browser = chromium.browser().newContext()) {
            Page page = browser.newPage();
            page.navigate(node.baseUrl() + "/favicon.svg");
            assertThat(browser.cookies()).isEmpty();

            page.evaluate(
                    "stream => new Promise(done => { const socket = new WebSocket(`/v1/streams/${stream}/watch`);"
                            + " socket.onopen = done; })",
                    stream);

            assertThat(browser.cookies()).singleElement().satisfies(AnonymousPageIT::isNoPersonalData);
        }
    }

    @Test
    void takesATokenBehindTheAddress() {
        try (BrowserContext browser = chromium.browser().newContext()) {
            Page anonymous = open(browser, "");
            shows(anonymous, 1);
            Page known = open(browser, "#token=" + Signer.hs256().token("sub", "u1"));
            shows(known, 2);
            assertThat(known.locator("#connection")).hasText("Connected as the owner of the token.");
        }
    }

    @Test
    void asksForANewTokenAtEachAttempt() {
        try (BrowserContext browser = chromium.browser().newContext()) {
            Page page = browser.newPage();
            AtomicInteger asked = new AtomicInteger();
            page.exposeFunction(
                    "nextToken",
                    arguments -> asked.incrementAndGet() < 3
                            ? Signer.hs256().token("sub", "u1", "exp", 1_000)
                            : Signer.hs256().token("sub", "u1"));
            page.navigate(node.baseUrl() + "/favicon.svg");

            Object state = page.evaluate(
                    "async stream => { const { Viewer } = await import('/headcount.js');"
                            + " const viewer = new Viewer(stream, { token: () => nextToken() });"
                            + " return new Promise(done => { viewer.addEventListener('count', () => done(viewer.state));"
                            + " viewer.connect(); }).then(() => viewer.viewers); }",
                    stream);

            assertThat(state).isEqualTo(1);
            assertThat(asked).hasValue(3);
        }
    }

    private static void isNoPersonalData(Cookie cookie) {
        assertThat(cookie.name).isEqualTo("headcount_device");
        assertThat(cookie.value).matches("[A-Za-z0-9_-]{22}\\.[0-9]+\\.[A-Za-z0-9_-]{22}");
        assertThat(cookie.httpOnly).isTrue();
    }

    private Page open(BrowserContext context, String hash) {
        Page page = context.newPage();
        page.navigate(node.baseUrl() + "/?stream=" + stream + hash);
        return page;
    }

    private static void shows(Page page, int viewers) {
        assertThat(page.locator("#viewers")).hasText(Integer.toString(viewers), within(10));
        assertThat(page.locator("#connection")).hasAttribute("data-state", "live");
    }

    private static LocatorAssertions.HasTextOptions within(int seconds) {
        return new LocatorAssertions.HasTextOptions().setTimeout(seconds * 1_000.0);
    }
}
