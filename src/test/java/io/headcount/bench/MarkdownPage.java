package io.headcount.bench;

import java.util.Locale;

/** The report for a README. */
record MarkdownPage(Report report) {
    String text() {
        StringBuilder page = new StringBuilder("# Measured\n\n");
        page.append('`')
                .append(report.command())
                .append("`, ")
                .append(report.at())
                .append(", commit ");
        page.append(report.machine().commit())
                .append(".\n\n")
                .append(machine(report.machine()))
                .append("\n\n");
        page.append("| scenario | figure | median | spread | unit | asked | goal | held |\n");
        page.append("| --- | --- | ---: | --- | --- | ---: | ---: | --- |\n");
        for (Figure figure : report.results()) {
            page.append(row(figure));
        }
        page.append('\n');
        report.notes().forEach(note -> page.append("- ").append(note).append('\n'));
        return page.toString();
    }

    static String machine(Machine machine) {
        return machine.cpu() + ", " + machine.cores() + " cores, " + machine.memoryMegabytes() + " MB, "
                + machine.kernel() + ", " + machine.jdk() + "; load average " + machine.load();
    }

    private static String row(Figure figure) {
        return "| " + figure.scenario() + " | " + figure.metric() + " | " + number(figure.value()) + " | "
                + spread(figure) + " | " + figure.unit() + " | " + number(figure.asked()) + " | "
                + number(figure.goal()) + " | " + held(figure) + " |\n";
    }

    static String spread(Figure figure) {
        return figure.repetitions() == 1
                ? ""
                : number(figure.least()) + " to " + number(figure.most()) + " (" + figure.repetitions() + ")";
    }

    static String held(Figure figure) {
        return figure.held() == null ? "" : figure.held() ? "yes" : "**no**";
    }

    static String number(Double value) {
        if (value == null) {
            return "";
        }
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%,.2f", value);
    }
}
