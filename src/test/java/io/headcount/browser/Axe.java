package io.headcount.browser;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** axe-core, which finds what keeps people out of a page: fetched with npm, below {@code target}. */
final class Axe {
    private static final String VERSION = "4.11.0";
    private static final Path FOLDER = Path.of("target", "axe").toAbsolutePath();
    private static final Path SCRIPT = FOLDER.resolve("node_modules/axe-core/axe.min.js");
    private static final long INSTALL_LIMIT_SECONDS = 60;

    private Axe() {}

    /**
     * What is wrong with a page, of the kinds "serious" and "critical", each with the first place where it is; aborts the
     * test where axe-core cannot be had.
     */
    static List<?> seriousFindings(Page page) {
        if (!Files.exists(SCRIPT)) {
            install();
        }
        try {
            // Evaluated, not added as a script: the page's policy allows only its own.
            page.evaluate(Files.readString(SCRIPT, StandardCharsets.UTF_8) + "; null");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (List<?>) page.evaluate("axe.run().then(({ violations }) => violations"
                + ".filter(({ impact }) => impact === 'serious' || impact === 'critical')"
                + ".map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`))");
    }

    private static void install() {
        try {
            Files.createDirectories(FOLDER);
            Path log = FOLDER.resolve("npm.log");
            Process npm = new ProcessBuilder(
                            "npm",
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--fetch-retries=0",
                            "--prefix=" + FOLDER,
                            "axe-core@" + VERSION)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            boolean ended = npm.waitFor(INSTALL_LIMIT_SECONDS, TimeUnit.SECONDS);
            npm.descendants().forEach(ProcessHandle::destroyForcibly);
            npm.destroyForcibly();
            Assumptions.assumeTrue(
                    ended && Files.exists(SCRIPT), "NOT RUN: npm could not install axe-core; see " + log);
        } catch (IOException e) {
            Assumptions.abort("NOT RUN: no npm to install axe-core with: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
