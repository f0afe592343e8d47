package io.headcount.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.headcount.dev.LocalNodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The console in Chromium, as an operator uses it. Screenshots: {@code target/screenshots}. */
@Tag("browser")
class ConsolePageIT {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final int MAX_TRANSFER_BYTES = 200 * 1024;

    private static Chromium chromium;
    private static LocalNodes nodes;

    private final String stream = "console-" + System.nanoTime();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private BrowserContext context;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        nodes = LocalNodes.start(LocalNodes.Options.forTests(1, Map.of()));
    }

    @AfterAll
    static void stop() {
        if (nodes != null) {
            nodes.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void closeBrowser() {
        if (context != null) {
            context.close();
        }
    }

    @Test
    void aWrongTokenIsRefusedAndTheRightOneShowsWhatIsLive() {
        Page page = open("en-US", ColorScheme.LIGHT, 1200);
        page.fill("#token", "not-the-operators-token");
        page.keyboard().press("Enter");
        assertThat(page.locator("#refusal")).hasText("This is not the operators’ token.");
        complaints.clear(); // Chromium tells of every 401, wanted or not.

        logIn(page);
        assertThat(page.locator("#state")).hasText("Live");
        Page viewer = context.newPage();
        viewer.navigate(nodes.get(0).publicUrl() + "/?stream=" + stream + "&user=u1");

        page.click("nav a[href='#streams']");
        page.fill("#search", stream);
        assertThat(page.locator("#rows tr")).hasCount(1, within());
        assertThat(page.locator("#rows tr td").nth(1)).hasText("1");
        assertThat(page.locator("#rows tr td").nth(4)).hasText("exact");

        page.click("nav a[href='#nodes']");
        assertThat(page.locator("#cards h3")).hasText("local-1");
        assertThat(page.locator("#cards")).containsText("local-1#");
        screenshot(page, "console-nodes");

        page.click("nav a[href='#overview']");
        assertThat(page.locator("#redis")).hasText("ok");
        assertThat(page.locator("#viewers")).not().hasText("0");
        screenshot(page, "console-overview");
        assertThat(complaints).isEmpty();
    }

    @Test
    void staysLoggedInOverAReloadUntilItLogsOut() {
        Page page = open("en-US", ColorScheme.LIGHT, 1200);
        logIn(page);
        page.reload();
        assertThat(page.locator("#state")).hasText("Live");

        page.click("#logout");
        assertThat(page.locator("#login")).isVisible();
        page.reload();
        assertThat(page.locator("#login")).isVisible();
        assertThat(page.url()).doesNotContain("token");
        assertThat(complaints).isEmpty();
    }

    @Test
    void speaksKoreanInTheDarkOnAPhoneWithoutScrollingSideways() {
        Page page = open("ko-KR", ColorScheme.DARK, 390);
        logIn(page);
        assertThat(page.locator("#overview h2")).hasText("개요");
        assertThat(page.locator("#state")).hasText("실시간");
        assertThat(page.locator("#mysql")).hasText("정상");
        assertThat(page.locator("#trust")).hasText("정확");
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
        screenshot(page, "console-korean-dark-phone");

        page.selectOption("#language", "en");
        assertThat(page.locator("#overview h2")).hasText("Overview");
        assertThat(complaints).isEmpty();
    }

    @Test
    void weighsLessThanTwoHundredKilobytesGzippedInAll() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "resources", "console"))) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += gzippedBytes(Files.readAllBytes(file));
            }
            assertThat(bytes).isPositive().isLessThanOrEqualTo(MAX_TRANSFER_BYTES);
        }
    }

    private static int gzippedBytes(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.size();
    }

    private Page open(String locale, ColorScheme scheme, int width) {
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setLocale(locale)
                        .setColorScheme(scheme)
                        .setViewportSize(width, 850));
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate("http://127.0.0.1:" + nodes.get(0).ports().management() + "/console/");
        return page;
    }

    private static void logIn(Page page) {
        page.fill("#token", LocalNodes.Options.TEST_ADMIN_TOKEN);
        page.keyboard().press("Enter");
        assertThat(page.locator("#nav")).isVisible();
    }

    private static LocatorAssertions.HasCountOptions within() {
        return new LocatorAssertions.HasCountOptions().setTimeout(20_000);
    }

    private static void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
    }
}
