package io.headcount.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The report as one page that needs no network: uPlot is in it. */
record HtmlPage(Report report) {
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    String text() throws IOException {
        StringBuilder page = new StringBuilder(
                "<!doctype html><html lang=en><meta charset=utf-8><title>Headcount, measured</title><style>"
                        + resource("uPlot.min.css")
                        + "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
                        + "table{border-collapse:collapse}td,th{padding:.2rem .6rem;border-bottom:1px solid #ccc;text-align:left}"
                        + "td.n{text-align:right}.no{color:#b00020;font-weight:bold}</style><h1>Measured</h1>");
        page.append("<p><code>")
                .append(escaped(report.command()))
                .append("</code>, ")
                .append(report.at());
        page.append(", commit ").append(escaped(report.machine().commit())).append("<p>");
        page.append(escaped(MarkdownPage.machine(report.machine())));
        page.append("<table><tr><th>scenario<th>figure<th>median<th>spread<th>unit<th>asked<th>goal<th>held");
        for (Figure figure : report.results()) {
            row(page, figure);
        }
        page.append("</table><ul>");
        report.notes().forEach(note -> page.append("<li>").append(escaped(note)));
        page.append("</ul><div id=plots></div><script>")
                .append(resource("uPlot.iife.min.js"))
                .append("</script>");
        page.append("<script>const plots=").append(json()).append(DRAW).append("</script></html>\n");
        return page.toString();
    }

    private static final String DRAW = """
            ;
            const colours = ["#0b6bcb", "#c2410c", "#15803d", "#7c3aed"];
            for (const plot of plots) {
              new uPlot({
                title: plot.title, width: 900, height: 260, scales: { x: { time: false }, y: { range: (u, min, max) => [Math.min(0, min), max * 1.1 || 1] } },
                series: [{ label: "s" }, ...plot.names.map((name, i) => ({ label: name, stroke: colours[i % 4], width: 2 }))],
              }, [plot.seconds, ...plot.lines], document.getElementById("plots"));
            }
            """;

    private static void row(StringBuilder page, Figure figure) {
        page.append("<tr><td>").append(figure.scenario()).append("<td>").append(escaped(figure.metric()));
        page.append("<td class=n>").append(MarkdownPage.number(figure.value()));
        page.append("<td>").append(MarkdownPage.spread(figure)).append("<td>").append(figure.unit());
        page.append("<td class=n>").append(MarkdownPage.number(figure.asked()));
        page.append("<td class=n>").append(MarkdownPage.number(figure.goal()));
        page.append(Boolean.FALSE.equals(figure.held()) ? "<td class=no>no" : "<td>" + MarkdownPage.held(figure));
    }

    private String json() throws IOException {
        // "</" would end the script.
        return new ObjectMapper().writeValueAsString(report.plots()).replace("</", "<\\/");
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = HtmlPage.class.getResourceAsStream(UPLOT + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
