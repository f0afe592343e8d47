package io.headcount.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.headcount.chaos.Findings.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table: on the terminal, and as {@code report.md} and {@code report.json}. */
final class Report {
    private static final String HEAD = "| fault | largest error | time to exact | viewers lost | asked | held | seen |";
    private static final String RULE = "| --- | --- | --- | --- | --- | --- | --- |";

    private final Path folder;
    private final int viewers;

    Report(Path folder, int viewers) {
        this.folder = folder;
        this.viewers = viewers;
    }

    void write(List<Row> rows) throws IOException {
        Files.createDirectories(folder);
        List<String> text = new ArrayList<>(List.of(
                "`scripts/chaos`, " + viewers + " users on three nodes, " + cores() + ".",
                "",
                "Errors are in viewers over all streams, of the worst answer of any node that the fault leaves able to"
                        + " answer; in brackets the worst among those that called themselves exact.",
                ""));
        text.addAll(table(rows));
        Files.write(folder.resolve("report.md"), text);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("viewers", viewers);
        all.put("cores", Runtime.getRuntime().availableProcessors());
        all.put("rows", rows);
        Files.writeString(
                folder.resolve("report.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    }

    List<String> table(List<Row> rows) {
        List<String> lines = new ArrayList<>(List.of(HEAD, RULE));
        for (Row row : rows) {
            lines.add("| "
                    + String.join(
                            " | ",
                            row.title(),
                            error(row),
                            exact(row),
                            lost(row),
                            row.asked(),
                            row.verdict(),
                            seen(row))
                    + " |");
        }
        return lines;
    }

    /** One row for the terminal. */
    List<String> lines(Row row) {
        List<String> lines = new ArrayList<>();
        lines.add("   " + row.verdict() + " after " + Findings.seconds(row.tookMillis()) + ": largest error "
                + error(row) + ", exact after " + exact(row) + ", lost " + lost(row) + " (asked: " + row.asked() + ")");
        row.broken().forEach(what -> lines.add("     NOT HELD: " + what));
        row.notes().forEach(what -> lines.add("     " + what));
        if (row.notRun() != null) {
            lines.add("     " + row.notRun());
        }
        return lines;
    }

    private static String error(Row row) {
        return row.notRun() != null ? "" : row.largestError() + " (" + row.largestSilentError() + ")";
    }

    private static String exact(Row row) {
        if (row.exactMillis() == null) {
            return "";
        }
        return row.exactMillis() < 0 ? "never" : Findings.seconds(row.exactMillis());
    }

    private static String lost(Row row) {
        return row.lost() + (row.sentAway() > 0 ? " (" + row.sentAway() + " sent elsewhere)" : "");
    }

    private static String seen(Row row) {
        List<String> all = new ArrayList<>();
        row.broken().forEach(what -> all.add("NOT HELD: " + what));
        all.addAll(row.notes());
        if (row.notRun() != null) {
            all.add(row.notRun());
        }
        return String.join("; ", all);
    }

    private static String cores() {
        int cores = Runtime.getRuntime().availableProcessors();
        return cores + " cores, everything on one machine";
    }
}
