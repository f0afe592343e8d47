package io.headcount.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.headcount.auth.Signer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code <headcount-viewers>} in Chromium, in a page of another site than the node's. */
@Tag("browser")
class WidgetIT {
    private static Chromium chromium;
    private static OtherSite site;
    private static CuttableNode node;

    private final String stream = "widget-" + System.nanoTime();
    private BrowserContext context;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        site = new OtherSite();
        node = CuttableNode.start(
                "headcount_widget",
                Map.of(
                        "HEADCOUNT_AUTH_MODE",
                        "jwt",
                        "HEADCOUNT_AUTH_SECRET",
                        Signer.SECRET,
                        "HEADCOUNT_WEBSOCKET_ALLOWED_ORIGINS",
                        site.origin()));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
        if (site != null) {
            site.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void closeBrowser() {
        node.network().heal();
        if (context != null) {
            context.close();
        }
    }

    @Test
    void showsLiveNumbersOverOneSocketForAllElementsOfAPage() {
        site.says(page("<headcount-viewers id=a stream=" + stream + "></headcount-viewers>"
                + "<headcount-viewers id=same stream=" + stream + "></headcount-viewers>"
                + "<headcount-viewers id=other stream=" + stream + "-other></headcount-viewers>"));
        Page page = open("en-US");
        List<WebSocket> sockets = new CopyOnWriteArrayList<>();
        page.onWebSocket(sockets::add);
        page.navigate(site.origin());
        is(page.locator("#a"), "live", "0");

        watch(page, stream, "u1");
        watch(page, stream, "u1");
        watch(page, stream, "u2");

        is(page.locator("#a"), "live", "2");
        is(page.locator("#same"), "live", "2");
        is(page.locator("#other"), "live", "0");
        assertThat(page.locator("#a .spoken")).hasText("2 viewers");
        assertThat(sockets.stream().filter(socket -> socket.url().contains("/v1/counts")))
                .hasSize(1);

        page.evaluate("stream => a.setAttribute('stream', stream + '-third')", stream);
        watch(page, stream + "-third", "u3");
        is(page.locator("#a"), "live", "1");
        is(page.locator("#same"), "live", "2");
    }

    @Test
    void writesNumbersAsTheLanguageDoes() {
        // Without a stream that a server would take: numbers come from here alone.
        site.says(page("<headcount-viewers id=a lang=en></headcount-viewers>"
                + "<headcount-viewers id=b lang=ko></headcount-viewers>"
                + "<headcount-viewers id=c lang=ko notation=standard></headcount-viewers>"
                + "<headcount-viewers id=d lang=not_a_language></headcount-viewers>"
                + "<headcount-viewers id=e stream='no id'></headcount-viewers>"));
        Page page = open("en-US");
        page.navigate(site.origin());
        is(page.locator("#e"), "connecting", "–");

        page.evaluate("for (const one of [a, b, c, d]) one.show({ viewers: 12345, mode: 'degraded' }, 'live')");

        is(page.locator("#a"), "degraded", "12.3K");
        is(page.locator("#b"), "degraded", "1.2만");
        is(page.locator("#c"), "degraded", "12,345");
        is(page.locator("#d"), "degraded", "12.3K");
        is(page.locator("#e"), "connecting", "–");
        assertThat(page.locator("#b .spoken")).hasText("시청자 12,345명");
    }

    @Test
    void saysThatItIsOfflineKeepsTheLastNumberAndComesBack() {
        site.says(page("<headcount-viewers id=a stream=" + stream + "></headcount-viewers>"));
        Page page = open("ko-KR");
        page.navigate(site.origin());
        is(page.locator("#a"), "live", "0");

        node.network().refuse();
        is(page.locator("#a"), "offline", "0");
        assertThat(page.locator("#a .spoken")).hasText("시청자 0명 (연결 끊김, 마지막 숫자)");

        node.network().heal();
        is(page.locator("#a"), "live", "0");
        watch(page, stream, "u1");
        is(page.locator("#a"), "live", "1");
    }

    @Test
    void isNotForSitesThatAreNotListed() {
        site.says("");
        Page page = open("en-US");
        page.navigate(site.otherOrigin());

        Object imported = page.evaluate(
                "url => import(url + '/headcount-viewers.js').then(() => 'loaded', () => 'refused')", node.baseUrl());
        Object connected = page.evaluate(
                "([url, token]) => new Promise(done => { const socket = new WebSocket(url.replace('http', 'ws') +"
                        + " '/v1/counts?stream=x', ['headcount.v1', 'bearer.' + token]); socket.onopen = () => done('open');"
                        + " socket.onclose = () => done('refused'); })",
                List.of(node.baseUrl(), token("u1")));

        assertThat(imported).isEqualTo("refused");
        assertThat(connected).isEqualTo("refused");
    }

    /** A page that loads the element from the node and then has the body. */
    private static String page(String body) {
        return "<script type=module>import { HeadcountViewers } from '" + node.baseUrl() + "/headcount-viewers.js';"
                + " HeadcountViewers.token = () => '" + token("observer") + "';</script>" + body;
    }

    private static String token(String user) {
        return Signer.hs256().token("sub", user);
    }

    private static void watch(Page page, String stream, String user) {
        page.evaluate(
                "async ([url, stream, token]) => { const { Viewer } = await import(url + '/headcount.js');"
                        + " new Viewer(stream, { token }).connect(); }",
                List.of(node.baseUrl(), stream, token(user)));
    }

    private Page open(String locale) {
        context = chromium.browser().newContext(new Browser.NewContextOptions().setLocale(locale));
        return context.newPage();
    }

    private static void is(Locator element, String state, String number) {
        assertThat(element.locator("[part=number]")).hasText(number, within());
        assertThat(element)
                .hasAttribute("state", state, new LocatorAssertions.HasAttributeOptions().setTimeout(30_000));
    }

    private static LocatorAssertions.HasTextOptions within() {
        return new LocatorAssertions.HasTextOptions().setTimeout(30_000);
    }
}
