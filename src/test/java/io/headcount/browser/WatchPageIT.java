package io.headcount.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.ScreenshotAnimations;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The watch page in Chromium, as somebody who has just found it sees it. Screenshots: {@code target/screenshots}. */
@Tag("browser")
class WatchPageIT {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static Chromium chromium;
    private static CuttableNode node;

    private final String stream = "watch-" + System.nanoTime();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private BrowserContext context;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        node = CuttableNode.start();
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

    @BeforeEach
    void openBrowser() {
        context = newContext(1200, 900, ColorScheme.LIGHT);
    }

    @AfterEach
    void closeBrowser() {
        node.network().heal();
        context.close();
    }

    @Test
    void countsTheTabsOfOneUserOnceAndSomebodyElseOnceMore() {
        Page first = open("");
        first.fill("#stream", stream);
        first.fill("#user", "u1");
        first.click("#join");
        shows(first, 1);

        Page second = context.waitForPage(() -> first.click("#same-user"));
        shows(second, 1);
        assertThat(second.locator("#connection")).hasText("Connected as u1.");
        assertThat(first.locator("#sessions")).hasText("2", within(10));
        shows(first, 1);

        Page other = context.waitForPage(() -> first.click("#other-user"));
        shows(other, 2);
        shows(first, 2);
        shows(second, 2);
        assertThat(first.locator("#mode")).hasText("exact");
        screenshot(first, "watch-three-tabs");

        other.close();
        shows(first, 1);
        second.close();
        assertThat(first.locator("#sessions")).hasText("1", within(10));
        shows(first, 1);
        assertThat(first.locator("#peak")).hasText("2");
        assertThat(complaints).isEmpty();
    }

    @Test
    void leavesWithTheButtonAndComesBackAsTheSameUserAfterAReload() {
        Page page = open("?stream=" + stream + "&user=u1");
        Page other = open("?stream=" + stream + "&user=u2");
        shows(other, 2);

        page.click("#leave");
        shows(other, 1);
        assertThat(page.locator("#connection")).hasText("Not watching.");

        page.click("#join");
        shows(other, 2);
        page.reload();
        assertThat(page.locator("#connection")).hasText("Connected as u1.");
        shows(page, 2);
        assertThat(page.url()).endsWith("/?stream=" + stream);
        assertThat(complaints).isEmpty();
    }

    @Test
    void saysThatTheConnectionIsBeingRestoredAndComesBackByItself() {
        Page page = open("?stream=" + stream + "&user=u1");
        shows(page, 1);

        node.network().refuse();
        assertThat(page.locator("#connection")).containsText("is being restored");
        assertThat(page.locator("#mode")).hasText("out of date");
        assertThat(page.locator("#viewers")).hasText("1");
        assertThat(page.locator("#top-message")).containsText("out of reach", containedWithin(15));
        screenshot(page, "watch-restoring");

        node.network().heal();
        assertThat(page.locator("#connection")).hasText("Connected as u1.", within(30));
        assertThat(page.locator("#mode")).hasText("exact");
        shows(page, 1);
    }

    @Test
    void saysThatACountIsOldWhenTheServerFallsSilentAndThenTriesAgain() {
        Page page = open("?stream=" + stream + "&user=u1");
        shows(page, 1);

        node.network().cut();
        assertThat(page.locator("#mode")).hasText("out of date", within(8));
        assertThat(page.locator("#connection")).hasText("Connected as u1.");
        assertThat(page.locator("#notice")).containsText("the last count that arrived");
        screenshot(page, "watch-out-of-date");
        assertThat(page.locator("#connection")).containsText("The server went silent", containedWithin(15));

        node.network().heal();
        assertThat(page.locator("#connection")).hasText("Connected as u1.", within(30));
        assertThat(page.locator("#mode")).hasText("exact");
        shows(page, 1);
    }

    @Test
    void saysThatTheStreamHasEndedToThoseWhoWatchItAndThoseWhoCome() {
        Page page = open("?stream=" + stream + "&user=u1");
        shows(page, 1);

        APIResponse answer = context.request()
                .post(
                        node.baseUrl() + "/v1/streams/" + stream + "/end",
                        RequestOptions.create().setHeader("Authorization", "Bearer " + node.adminToken()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(page.locator("#connection")).hasText("This stream has ended.", within(15));
        assertThat(page.locator("#mode")).hasText("ended");
        assertThat(page.locator("#viewers")).hasText("1");
        screenshot(page, "watch-ended");
        assertThat(open("?stream=" + stream + "&user=u2").locator("#connection"))
                .hasText("This stream has ended.", within(30));
    }

    @Test
    void comesBackByItselfWhenTheNodeHasBeenRestarted() {
        Page page = open("?stream=" + stream + "&user=u1");
        shows(page, 1);

        node.restart();

        assertThat(page.locator("#connection")).hasText("Connected as u1.", within(60));
        assertThat(page.locator("#mode")).hasText("exact", within(30));
        shows(page, 1);
        assertThat(page.locator("#sessions")).hasText("1", within(30));
    }

    @Test
    void refusesAnIdThatTheServerWouldRefuse() {
        Page page = open("?stream=no%20such%20stream&user=u1");

        assertThat(page.locator("#form-message")).containsText("A stream's id is 1 to 64");
        assertThat(page.locator("#stream")).isFocused();
        assertThat(page.locator("#connection")).hasText("Not watching.");

        page.fill("#stream", stream);
        page.keyboard().press("Enter");
        shows(page, 1);
        assertThat(page.locator("#form-message")).isEmpty();
    }

    @Test
    void listsTheLiveStreamsAndJoinsTheOneThatIsPicked() {
        Page watching = open("?stream=" + stream + "&user=u1");
        shows(watching, 1);
        Page page = open("");
        Locator line = page.locator("#top-streams a[data-stream='" + stream + "']");
        assertThat(line.locator("[part=number]")).hasText("1", within(15));

        line.click();

        shows(page, 2);
        assertThat(page.locator("#stream-title")).hasText("Stream " + stream);
        assertThat(complaints).isEmpty();
    }

    @Test
    void keepsTheNumbersOfTheListLive() {
        Page watching = open("?stream=" + stream + "&user=u1");
        shows(watching, 1);
        Page page = open("");
        Locator number = page.locator("#top-streams a[data-stream='" + stream + "'] headcount-viewers");
        assertThat(number)
                .hasAttribute("state", "live", new LocatorAssertions.HasAttributeOptions().setTimeout(15_000));
        screenshot(page, "watch-list");
        page.route("**/v1/rankings*", Route::abort);

        shows(open("?stream=" + stream + "&user=u2"), 2);

        assertThat(number.locator("[part=number]")).hasText("2", within(10));
    }

    @Test
    void speaksKoreanToWhoeverReadsIt() {
        try (BrowserContext korean = newContext(390, 844, ColorScheme.DARK, "ko-KR")) {
            Page page = open(korean, "?stream=" + stream + "&user=u1");
            assertThat(page.locator("#connection")).hasText("연결됨: u1", within(10));
            assertThat(page.locator("#people")).hasText("명이 보고 있습니다");
            assertThat(page.locator("#sessions")).hasText("1", within(10));
            assertThat(page.locator("html")).hasAttribute("lang", "ko");
            screenshot(page, "watch-korean-dark");

            page.locator("#languages a[lang=en]").click();

            assertThat(page.locator("#connection")).hasText("Connected as u1.", within(10));
            page.navigate(node.baseUrl());
            assertThat(page.locator("html")).hasAttribute("lang", "en");
        }
    }

    @Test
    void movesDigitsOnlyWhereMotionIsWanted() {
        for (ReducedMotion motion : ReducedMotion.values()) {
            Page page = context.newPage();
            page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(motion));
            page.navigate(node.baseUrl() + "/?stream=" + stream + motion + "&user=u1");
            shows(page, 1);
            Page other = open("?stream=" + stream + motion + "&user=u2");
            shows(page, 2);

            assertThat(page.locator("#viewers .more"))
                    .hasCSS("animation-name", motion == ReducedMotion.REDUCE ? "none" : "more");
            other.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void keepsNobodyOut(ColorScheme scheme) {
        try (BrowserContext screen = newContext(375, 720, scheme, "en-US")) {
            Page page = open(screen, "?stream=" + stream + "&user=u1");
            shows(page, 1);
            assertThat(page.locator("#top-streams a").first()).isVisible();

            assertThat(Axe.seriousFindings(page)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"desktop,1200,900", "phone,375,720", "small-phone,320,568"})
    void fitsEveryScreenInLightAndDark(String screen, int width, int height) {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (BrowserContext screenContext = newContext(width, height, scheme)) {
                Page page = open(screenContext, "?stream=" + stream + "&user=u1");
                shows(page, 1);
                assertThat(page.locator("#sessions")).hasText("1", within(10));
                assertThat(page.locator("#top-streams a").first()).isVisible();

                screenshot(page, "watch-" + screen + "-" + scheme.name().toLowerCase(Locale.ROOT));
                assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                        .isEqualTo(true);
            }
        }
    }

    private BrowserContext newContext(int width, int height, ColorScheme scheme) {
        return newContext(width, height, scheme, "en-US");
    }

    private BrowserContext newContext(int width, int height, ColorScheme scheme, String locale) {
        BrowserContext made = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, height)
                        .setColorScheme(scheme)
                        .setLocale(locale));
        made.onConsoleMessage(message -> {
            if (Pattern.matches("error|warning", message.type())) {
                complaints.add(message.text());
            }
        });
        made.onWebError(error -> complaints.add(error.error()));
        made.onRequest(request -> {
            if (!request.url().startsWith(node.baseUrl())) {
                complaints.add("a request leaves for " + request.url());
            }
        });
        return made;
    }

    private Page open(String query) {
        return open(context, query);
    }

    private static Page open(BrowserContext context, String query) {
        Page page = context.newPage();
        page.navigate(node.baseUrl() + "/" + query);
        return page;
    }

    private static void shows(Page page, int viewers) {
        assertThat(page.locator("#viewers")).hasText(Integer.toString(viewers), within(10));
        assertThat(page.locator("#connection")).hasAttribute("data-state", "live");
    }

    private static LocatorAssertions.HasTextOptions within(int seconds) {
        return new LocatorAssertions.HasTextOptions().setTimeout(seconds * 1_000.0);
    }

    private static LocatorAssertions.ContainsTextOptions containedWithin(int seconds) {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(seconds * 1_000.0);
    }

    private static void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setAnimations(ScreenshotAnimations.DISABLED)
                .setFullPage(true));
    }
}
