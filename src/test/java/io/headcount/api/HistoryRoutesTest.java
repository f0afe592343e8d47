package io.headcount.api;

import static io.headcount.api.RunningApi.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.DayTotals;
import io.headcount.model.SeriesPoint;
import io.headcount.model.Subject;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What questions about the past may say, and in what form they are answered. */
class HistoryRoutesTest {
    private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
    private static final String HOUR = "/v1/streams/news/history?from=2026-11-23T12:00:00Z&to=2026-11-23T13:00:00Z";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        for (int i = 0; i < 12; i++) {
            api.history.points.add(new SeriesPoint(NOON + i * 300_000L, i, i + 1, i, i + 2, i + 0.5, 3, 2, 1));
        }
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void answersInPagesWhoseCursorsStayWhereTheyAre() throws Exception {
        JsonObject first = api.json(HOUR + "&limit=7");
        JsonObject second = api.json(HOUR + "&limit=7&cursor=" + first.getString("next"));

        assertThat(first.getString("step")).isEqualTo("5m");
        assertThat(first.getString("from")).isEqualTo("2026-11-23T12:00:00Z");
        assertThat(first.getString("to")).isEqualTo("2026-11-23T13:00:00Z");
        List<Object> all = new ArrayList<>();
        first.getJsonArray("items").forEach(all::add);
        second.getJsonArray("items").forEach(all::add);
        assertThat(all).hasSize(12).doesNotHaveDuplicates();
        assertThat(second.getString("next")).isNull();
        assertThat(first.getJsonArray("items").getJsonObject(1))
                .isEqualTo(new JsonObject("{\"at\":\"2026-11-23T12:05:00Z\",\"avg\":1.5,\"min\":1,\"max\":3,\"open\":1,"
                        + "\"close\":2,\"joins\":3,\"leaves\":2,\"coverage\":1.0}"));
        // A page that ends with the range has no next.
        assertThat(api.json(HOUR + "&limit=12").getString("next")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "from=1763899200000&to=1763902800000, 2025-11-23T12:00:00Z, 2025-11-23T13:00:00Z, 5m",
        "from=2026-11-23T21:00:00%2B09:00&to=2026-11-23T22:00:00+09:00, 2026-11-23T12:00:00Z, 2026-11-23T13:00:00Z, 5m",
        "from=2026-11-22&to=2026-11-23&step=1d, 2026-11-21T15:00:00Z, 2026-11-22T15:00:00Z, 1d",
        "from=2026-11-22T12:34:56Z&to=2026-11-23T12:34:56Z&step=hour, 2026-11-22T12:00:00Z, 2026-11-23T13:00:00Z, 1h",
        "from=2026-01-01&to=2026-11-23, 2025-12-31T15:00:00Z, 2026-11-22T15:00:00Z, 1d"
    })
    void understandsTimesInThreeFormsAndWidensThemToWholeSteps(String query, String from, String to, String step)
            throws Exception {
        JsonObject answer = api.json("/v1/platform/history?" + query);

        assertThat(answer.getString("from")).isEqualTo(from);
        assertThat(answer.getString("to")).isEqualTo(to);
        assertThat(answer.getString("step")).isEqualTo(step);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "step=7m | step must be 5m, 1h or 1d",
                "from=yesterday | from must be a time from 2000 to 2099",
                "to=1999-01-01 | to must be a time from 2000 to 2099",
                "from=2026-13-01 | from must be a time",
                "from=99999999999999 | from must be a time",
                "from=2026-11-23&to=2026-11-22 | from must be before to",
                "from=2026-01-01&to=2026-11-22&step=5m | take a larger step",
                "limit=0 | limit must be a whole number from 1 to 2000",
                "limit=2001 | limit must be a whole number",
                "cursor=no | cursor must be the \"next\"",
                "format=xml | format must be json or csv",
                "step=1h&step=1d | step was given 2 times",
                "step=x&limit=x | step must be 5m, 1h or 1d; limit must be",
            })
    void saysWhatIsWrongWithAQuestionBeforeLookingAnythingUp(String query, String detail) throws Exception {
        api.history.known = false;

        assertProblem(api.get("/v1/streams/news/history?" + query), 400, detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/streams/a:b/history", "/v1/broadcasters/a.b/growth", "/v1/categories/%20/history"})
    void refusesIdsThatCannotBe(String path) throws Exception {
        assertProblem(api.get(path), 400, "id must be 1 to 64 characters");
    }

    @Test
    void doesNotKnowWhatTheBooksNeverHeardOf() throws Exception {
        api.history.known = false;

        assertProblem(
                api.get("/v1/streams/nobody/history?from=2020-01-01&to=2020-01-02"), 404, "There is no stream nobody.");
        assertProblem(api.get("/v1/broadcasters/nobody/growth"), 404, "There is no broadcaster nobody.");
        assertProblem(api.get("/v1/analytics/compare?category=none"), 404, "There is no category none.");
        assertThat(api.get(HOUR).statusCode()).isEqualTo(200);
    }

    @Test
    void answersWithCsvToWhoAsksForItByParameterOrByAccept() throws Exception {
        HttpResponse<String> asked = api.get(HOUR + "&limit=2&format=csv");
        HttpResponse<String> accepted = api.send(api.request(HOUR + "&limit=2").header("Accept", "text/csv"));

        assertThat(asked.body().split("\r\n", -1))
                .containsExactly(
                        "at,avg,min,max,open,close,joins,leaves,coverage",
                        "2026-11-23T12:00:00Z,0.5,0,2,0,1,3,2,1.0",
                        "2026-11-23T12:05:00Z,1.5,1,3,1,2,3,2,1.0",
                        "");
        assertThat(asked.headers().firstValue("Content-Type")).hasValue("text/csv; charset=utf-8");
        assertThat(accepted.body()).isEqualTo(asked.body());
        assertThat(accepted.headers().allValues("Vary")).contains("accept");
        String link = asked.headers().firstValue("Link").orElseThrow();
        String next = link.substring(1, link.indexOf('>'));
        assertThat(link).endsWith("; rel=\"next\"");
        assertThat(api.get(next).body()).contains("2026-11-23T12:10:00Z").doesNotContain("2026-11-23T12:05:00Z");
    }

    @Test
    void sendsNothingToWhoHasItAlready() throws Exception {
        HttpResponse<String> first = api.get(HOUR);
        String tag = first.headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> again = api.send(api.request(HOUR).header("If-None-Match", "\"x\", W/" + tag));
        HttpResponse<String> csv = api.send(api.request(HOUR + "&format=csv").header("If-None-Match", tag));
        api.history.points.clear();
        HttpResponse<String> changed = api.send(api.request(HOUR).header("If-None-Match", tag));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).hasValue(tag);
        assertThat(csv.statusCode()).isEqualTo(200);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("Cache-Control")).get().asString().startsWith("public, max-age=");
    }

    @Test
    void growthComparesADayAWeekAndAMonthWithAsManyDaysBefore() throws Exception {
        LocalDate yesterday = LocalDate.now(ZoneId.of("Asia/Seoul")).minusDays(1);
        for (int i = 0; i < 60; i++) {
            api.history.days.add(day(yesterday.minusDays(i), i < 30 ? 200 : 100, i));
        }

        JsonObject month = api.json("/v1/platform/growth").getJsonArray("items").getJsonObject(2);

        assertThat(month.getString("period")).isEqualTo("month");
        assertThat(month.getString("to")).isEqualTo(yesterday.plusDays(1).toString());
        assertThat(month.getDouble("viewerMinutes")).isEqualTo(6_000);
        assertThat(month.getDouble("viewerMinutesGrowth")).isEqualTo(1);
        assertThat(month.getLong("peakViewers")).isEqualTo(29);
        assertThat(month.getLong("previousPeakViewers")).isEqualTo(59);
        assertThat(api.get("/v1/platform/growth?format=csv").body()).startsWith("period,from,to,");
    }

    private static DayTotals day(LocalDate day, double viewerMinutes, long peak) {
        return new DayTotals(
                day, Subject.PLATFORM, null, null, null, 1, 1, 0, 2, 60, 30, viewerMinutes, 1, peak, 0, 60, null, 0);
    }
}
