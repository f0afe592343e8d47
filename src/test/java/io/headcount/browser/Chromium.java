package io.headcount.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The system's Chromium, without a window, driven through the system's Node.js. */
final class Chromium implements AutoCloseable {
    private static final String DEFAULT_EXECUTABLE = "/usr/bin/chromium";
    /** Containers run tests as root, where Chromium's sandbox cannot be set up; and nothing may be asked of the net. */
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts it with a fresh profile; aborts the test, naming what is missing, where there is none. */
    static Chromium start() {
        Path executable = Path.of(NodeJs.environment("HEADCOUNT_TEST_CHROMIUM").orElse(DEFAULT_EXECUTABLE));
        Assumptions.assumeTrue(
                Files.isExecutable(executable),
                () -> "NOT RUN: no Chromium at " + executable
                        + "; install it (apt-get install chromium) or name one in HEADCOUNT_TEST_CHROMIUM");
        Optional<Path> node = NodeJs.find();
        Assumptions.assumeTrue(
                node.isPresent(),
                "NOT RUN: no Node.js on the PATH to drive Chromium with; install it (apt-get install nodejs) or name"
                        + " one in PLAYWRIGHT_NODEJS_PATH");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of(
                        "PLAYWRIGHT_NODEJS_PATH",
                        node.orElseThrow().toString(),
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                        "1")));
        try {
            Browser browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(executable)
                            .setArgs(ARGUMENTS));
            return new Chromium(playwright, browser);
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
