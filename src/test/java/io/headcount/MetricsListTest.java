package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's list of metrics against the code: each that is registered is in it, and none that is not. */
class MetricsListTest {
    private static final Pattern REGISTERED = Pattern.compile("\"headcount\\.([a-z]+(?:\\.[a-z]+)+)\"");
    private static final Pattern PREFIX = Pattern.compile("PREFIX = \"headcount\\.([a-z]+)\\.\"");
    private static final Pattern AFTER_PREFIX =
            Pattern.compile("(?:PREFIX \\+ |counter\\(|timer\\(|gauge\\()\"([a-z]+(?:\\.[a-z]+)*)\"");
    private static final Pattern LISTED = Pattern.compile("(?m)^\\| `headcount_([a-z_]+)` \\|");
    private static final String UNITS = "_(total|seconds|milliseconds)$";

    @Test
    void listsEveryMetricThatIsRegisteredAndNoOther() throws IOException {
        assertThat(listed()).as("README.md, the table below \"Metrics\"").isEqualTo(registered());
    }

    private static Set<String> listed() throws IOException {
        Set<String> names = new TreeSet<>();
        Matcher rows = LISTED.matcher(Files.readString(Path.of("README.md")));
        while (rows.find()) {
            names.add(rows.group(1).replaceAll(UNITS, ""));
        }
        return names;
    }

    private static Set<String> registered() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                add(Files.readString(source), names);
            }
        }
        return names;
    }

    private static void add(String source, Set<String> names) {
        Matcher whole = REGISTERED.matcher(source);
        while (whole.find()) {
            names.add(whole.group(1).replace('.', '_').replaceAll(UNITS, ""));
        }
        Matcher prefix = PREFIX.matcher(source);
        if (prefix.find()) {
            Matcher rest = AFTER_PREFIX.matcher(source);
            while (rest.find()) {
                names.add(prefix.group(1) + "_" + rest.group(1).replace('.', '_'));
            }
        }
    }
}
