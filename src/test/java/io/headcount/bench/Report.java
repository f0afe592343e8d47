package io.headcount.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run found, as {@code report.json}, {@code report.md} and {@code report.html}. */
record Report(String command, String at, Machine machine, List<Figure> results, List<String> notes, List<Plot> plots) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static Report of(String command, BenchRun run) {
        return new Report(
                command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Machine.here(),
                List.copyOf(run.figures()),
                List.copyOf(run.notes()),
                List.copyOf(run.plots()));
    }

    /** Whether nothing that was asked is missed. */
    boolean held() {
        return results.stream().noneMatch(figure -> Boolean.FALSE.equals(figure.held()));
    }

    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<String, Object> json = new TreeMap<>();
        json.put("command", command);
        json.put("at", at);
        json.put("machine", machine);
        json.put("results", results);
        json.put("notes", notes);
        Files.write(folder.resolve("report.json"), JSON.writeValueAsBytes(json));
        Files.writeString(folder.resolve("report.md"), new MarkdownPage(this).text());
        Files.writeString(folder.resolve("report.html"), new HtmlPage(this).text());
    }
}
