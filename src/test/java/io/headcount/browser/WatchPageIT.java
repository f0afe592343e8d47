package io.headcount.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.headcount.dev.LocalNodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The watch page in a real Chromium, served by a real node. */
@Tag("browser")
class WatchPageIT {
    private static final Path CHROMIUM =
            Path.of(System.getenv().getOrDefault("HEADCOUNT_TEST_CHROMIUM", "/usr/bin/chromium"));
    private static final Path NODE_JS =
            Path.of(System.getenv().getOrDefault("PLAYWRIGHT_NODEJS_PATH", "/usr/bin/node"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static LocalNodes nodes;
    private static Playwright playwright;
    private static Browser browser;
    private static String home;

    private final String stream = "page-" + System.nanoTime();

    @BeforeAll
    static void start() throws Exception {
        needs(CHROMIUM, "chromium");
        needs(NODE_JS, "nodejs");
        Files.createDirectories(SCREENSHOTS);
        playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_NODEJS_PATH", NODE_JS.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--no-first-run")));
        nodes = LocalNodes.start(LocalNodes.Options.forTests(1, Map.of()));
        nodes.awaitReady(Duration.ofSeconds(60));
        home = nodes.get(0).publicUrl() + "/";
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
        }
        if (nodes != null) {
            nodes.close();
        }
    }

    @Test
    void countsTwoTabsOfOneUserOnceAndAnotherUserToo() {
        try (BrowserContext context = browser.newContext()) {
            List<String> complaints = new ArrayList<>();
            Page tab1 = watch(context, "u1", complaints);
            Page tab2 = watch(context, "u1", complaints);
            shows(tab1, "1");
            shows(tab2, "1");
            soon(tab1, "#sessions", "2");

            Page other = watch(context, "u2", complaints);
            for (Page page : List.of(tab1, tab2, other)) {
                shows(page, "2");
                soon(page, "#mode", "Exact");
            }
            tab2.close();
            soon(tab1, "#sessions", "2");
            shows(tab1, "2");
            other.close();

            shows(tab1, "1");
            assertThat(complaints).as("errors in the browser's console").isEmpty();
        }
    }

    @Test
    void joinsByFormAndListsWhatIsLive() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(home);
            page.fill("#user", "u1");
            page.fill("#stream", stream);
            page.click("#join");

            shows(page, "1");
            assertThat(page.locator("#top"))
                    .containsText(stream, new LocatorAssertions.ContainsTextOptions().setTimeout(15_000));
            page.click("#leave");
            soon(page, "#connection", "Pick a name and a stream, then watch.");
        }
    }

    @Test
    void refusesAnIdThatTheServerWouldRefuse() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(home);
            page.fill("#user", "not an id");
            page.click("#join");

            soon(page, "#complaint", "Your name: 1 to 64 letters, digits, _ or -");
        }
    }

    @Test
    void saysThatTheConnectionIsBeingRestoredAndComesBack() {
        try (BrowserContext context = browser.newContext()) {
            Page page = watch(context, "u1", new ArrayList<>());
            shows(page, "1");

            nodes.get(0).kill();
            soon(page, "#connection", "The connection is being restored…");
            soon(page, "#mode", "Degraded: the number may be out of date");
            nodes.get(0).restart();
            nodes.awaitReady(Duration.ofSeconds(60));

            assertThat(page.locator("#connection"))
                    .hasText("Connected. You are counted.", new LocatorAssertions.HasTextOptions().setTimeout(40_000));
            shows(page, "1");
        }
    }

    @Test
    void looksRightOnADeskAndOnAPhone() {
        screenshot("desktop-light", 1280, 900, ColorScheme.LIGHT);
        screenshot("desktop-dark", 1280, 900, ColorScheme.DARK);
        screenshot("phone-dark", 390, 844, ColorScheme.DARK);
    }

    private void screenshot(String name, int width, int height, ColorScheme scheme) {
        Browser.NewContextOptions options =
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
        try (BrowserContext context = browser.newContext(options)) {
            Page page = watch(context, "u1", new ArrayList<>());
            shows(page, "1");
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("watch-" + name + ".png")));
            int overflow =
                    (int) page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assertThat(overflow).as("nothing to scroll sideways").isZero();
        }
    }

    private Page watch(BrowserContext context, String user, List<String> complaints) {
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(home + "?stream=" + stream + "&user=" + user);
        return page;
    }

    private static void shows(Page page, String viewers) {
        soon(page, "#viewers", viewers);
    }

    private static void soon(Page page, String selector, String text) {
        assertThat(page.locator(selector)).hasText(text, new LocatorAssertions.HasTextOptions().setTimeout(10_000));
    }

    private static void needs(Path program, String debianPackage) {
        Assumptions.assumeTrue(
                Files.isExecutable(program),
                "not run: " + program + " is missing; get it with: apt-get install " + debianPackage);
    }
}
