package io.headcount.api;

import static io.headcount.api.RunningApi.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Audience;
import io.headcount.model.DayTotals;
import io.headcount.model.Overlap;
import io.headcount.model.Revenue;
import io.headcount.model.SeriesPoint;
import io.headcount.model.Step;
import io.headcount.model.Subject;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What reports say, and what they refuse. */
class ReportRoutesTest {
    private static final ZoneId SEOUL = ZoneId.of("Asia/Seoul");

    private final LocalDate today = LocalDate.now(SEOUL);
    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void forecastsADayFromThreeWeeksAndSaysHowFarItIsOff() throws Exception {
        long hour = System.currentTimeMillis() / 3_600_000;
        for (long ago = 22 * 24; ago > 0; ago--) {
            double viewers = 1_000 + 400 * Math.sin((hour - ago) % 24 * Math.PI / 12);
            api.history.points.add(new SeriesPoint((hour - ago) * 3_600_000, 0, 0, 0, 0, viewers, 0, 0, 1));
        }

        JsonObject forecast = api.json("/v1/analytics/forecast");

        assertThat(forecast.getString("scope")).isEqualTo("platform");
        assertThat(forecast.getInteger("seasonHours")).isEqualTo(168);
        assertThat(forecast.getJsonObject("error").getDouble("share")).isLessThan(0.05);
        assertThat(forecast.getJsonArray("items")).hasSize(24);
        for (int h = 0; h < 24; h++) {
            JsonObject item = forecast.getJsonArray("items").getJsonObject(h);
            double real = 1_000 + 400 * Math.sin((hour + h) % 24 * Math.PI / 12);
            assertThat(item.getDouble("viewers")).isCloseTo(real, org.assertj.core.data.Percentage.withPercentage(10));
            assertThat(item.getDouble("low")).isLessThanOrEqualTo(item.getDouble("high"));
        }
        assertThat(api.get("/v1/analytics/forecast?format=csv").body()).startsWith("at,viewers,low,high\r\n");
    }

    @Test
    void forecastsNothingFromLittleAndNobodyUnknown() throws Exception {
        JsonObject nothing = api.json("/v1/analytics/forecast");
        assertThat(nothing.getJsonArray("items")).isEmpty();
        assertThat(nothing.getInteger("historyHours")).isZero();
        api.history.known = false;
        assertProblem(api.get("/v1/analytics/forecast?stream=none"), 404, "none");
        assertProblem(api.get("/v1/analytics/forecast?stream=a:b"), 400, "stream");
    }

    @Test
    void reportsTheLastSevenDaysOfThePlatformWithoutBeingAskedForMore() throws Exception {
        for (int i = 20; i >= 0; i--) {
            api.history.days.add(day(today.minusDays(i), Subject.PLATFORM, 100));
        }

        JsonObject report = api.json("/v1/analytics/daily");

        assertThat(report.getString("scope")).isEqualTo("platform");
        assertThat(report.getString("from")).isEqualTo(today.minusDays(7).toString());
        assertThat(report.getString("to")).isEqualTo(today.toString());
        assertThat(report.getJsonArray("items")).hasSize(7);
        JsonObject first = report.getJsonArray("items").getJsonObject(0);
        assertThat(first.getString("day")).isEqualTo(today.minusDays(7).toString());
        assertThat(first.getDouble("viewerMinutes")).isEqualTo(100);
        assertThat(first.getDouble("revenueEstimate")).isEqualTo(0.4);
    }

    @Test
    void listsEverythingOfAScopeInPagesThatFollowEachOther() throws Exception {
        for (String id : new String[] {"a", "b", "c"}) {
            api.analysis.daily.add(day(today.minusDays(1), Subject.stream(id), 1));
        }

        JsonObject first = api.json("/v1/analytics/daily?scope=stream&limit=2");
        JsonObject second = api.json("/v1/analytics/daily?scope=stream&limit=2&cursor=" + first.getString("next"));
        String csv = api.get("/v1/analytics/daily?scope=stream&format=csv").body();

        assertThat(first.getString("id")).isNull();
        assertThat(ids(first)).isEqualTo("ab");
        assertThat(ids(second)).isEqualTo("c");
        assertThat(second.getString("next")).isNull();
        // A title that a spreadsheet would take for a formula, with a comma and quotes.
        assertThat(csv.split("\r\n", -1)[1]).contains(",stream,a,\"'=HYPERLINK(\"\"x\"\", 1)\",");
    }

    @Test
    void trendsKnowTheWeekBefore() throws Exception {
        for (int i = 14; i > 0; i--) {
            api.history.days.add(day(today.minusDays(i), Subject.PLATFORM, i > 7 ? 100 : 150));
        }

        JsonObject first =
                api.json("/v1/analytics/trends").getJsonArray("items").getJsonObject(0);

        assertThat(first.getString("day")).isEqualTo(today.minusDays(7).toString());
        assertThat(first.getDouble("weekAvgViewerMinutes")).isEqualTo(107.143);
        assertThat(first.getDouble("dayGrowth")).isEqualTo(0.5);
        assertThat(first.getDouble("weekGrowth")).isEqualTo(0.5);
    }

    @Test
    void saysThatRevenueIsAnEstimateAndHow() throws Exception {
        api.analysis.revenue.add(new Revenue("games", 1_000, 4.0, 4.0));
        api.analysis.revenue.add(new Revenue(null, 500, null, null));

        JsonObject report = api.json("/v1/analytics/revenue");

        assertThat(report.getBoolean("estimate")).isTrue();
        assertThat(report.getString("method")).contains("cpm");
        assertThat(report.getDouble("total")).isEqualTo(4);
        assertThat(report.getJsonArray("items")).hasSize(2);
    }

    @Test
    void tellsHowManyOfThoseWhoCameStayed() throws Exception {
        api.analysis.audience = new Audience(10, 3_600, new TreeMap<>(Map.of(0, 5L, 7, 3L, 300, 2L)));

        JsonObject retention = api.json("/v1/analytics/retention?stream=a");
        JsonObject distribution = api.json("/v1/analytics/watch-time?stream=a&from=2026-11-23&to=2026-11-24");

        assertThat(retention.getLong("viewers")).isEqualTo(10);
        assertThat(retention.getDouble("avgWatchSeconds")).isEqualTo(360);
        assertThat(share(retention, "minutes", 0)).isEqualTo(1);
        assertThat(share(retention, "minutes", 5)).isEqualTo(0.5);
        assertThat(share(retention, "minutes", 10)).isEqualTo(0.2);
        assertThat(share(distribution, "fromMinutes", 0)).isEqualTo(0.5);
        assertThat(share(distribution, "fromMinutes", 5)).isEqualTo(0.3);
        assertThat(share(distribution, "fromMinutes", 240)).isEqualTo(0.2);
        assertThat(distribution.getString("from")).isEqualTo("2026-11-22T15:00:00Z");
    }

    @Test
    void drawsTheHoursOfAWeekInTheBooksZone() throws Exception {
        long hour = Step.HOUR.floor(Instant.now().toEpochMilli(), SEOUL) - 3_600_000;
        long week = 7 * 86_400_000L;
        api.history.points.add(new SeriesPoint(hour - week, 0, 0, 0, 0, 10, 0, 0, 1));
        api.history.points.add(new SeriesPoint(hour, 0, 0, 0, 0, 20, 0, 0, 1));

        JsonObject cell =
                api.json("/v1/analytics/heatmap?weeks=2").getJsonArray("items").getJsonObject(0);

        var at = Instant.ofEpochMilli(hour).atZone(SEOUL);
        assertThat(cell)
                .isEqualTo(new JsonObject()
                        .put("weekday", at.getDayOfWeek().getValue())
                        .put("hour", at.getHour())
                        .put("avgViewers", 15.0)
                        .put("hours", 2));
    }

    @Test
    void comparesTheAudiencesOfTwoStreams() throws Exception {
        api.analysis.overlap = new Overlap(40, 20, 10);

        JsonObject answer = api.json("/v1/analytics/overlap?stream=a&stream=b");

        assertThat(answer.getLong("either")).isEqualTo(50);
        assertThat(answer.getJsonArray("shares")).isEqualTo(new JsonArray("[0.25,0.5]"));
        assertThat(answer.getDouble("similarity")).isEqualTo(0.2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "daily?scope=everything | scope must be stream, broadcaster, category or platform",
                "daily?scope=stream&category=games | leave stream, broadcaster and category out",
                "daily?stream=a&category=b | name one of stream, broadcaster and category",
                "daily?from=2020-01-01&to=2026-01-01 | at most 400 days apart",
                "daily?cursor=cG5v | cursor must be the \"next\"",
                "trends?broadcaster=a:b | broadcaster must be 1 to 64 characters",
                "revenue?from=2026-11-23&to=2026-11-23 | from must be a day before to",
                "retention | name the stream",
                "watch-time?stream=a&from=2026-01-01&to=2026-11-01 | at most 92 days apart",
                "heatmap?weeks=9 | weeks must be a whole number from 1 to 8",
                "overlap?stream=a | name two different streams",
                "overlap?stream=a&stream=a | name two different streams",
                "overlap?stream=a&stream=b:c | each stream's id must be",
            })
    void saysWhatToAskInstead(String question, String detail) throws Exception {
        api.history.known = false;

        assertProblem(api.get("/v1/analytics/" + question), 400, detail);
    }

    @ParameterizedTest
    @CsvSource({
        "daily?stream=x",
        "trends?category=x",
        "revenue?broadcaster=x",
        "retention?stream=x",
        "watch-time?stream=x",
        "heatmap?stream=x",
        "overlap?stream=x&stream=y"
    })
    void doesNotKnowWhatTheBooksNeverHeardOf(String question) throws Exception {
        api.history.known = false;

        assertProblem(api.get("/v1/analytics/" + question), 404, "x.");
    }

    private static String ids(JsonObject report) {
        StringBuilder ids = new StringBuilder();
        report.getJsonArray("items").forEach(item -> ids.append(((JsonObject) item).getString("id")));
        return ids.toString();
    }

    private static double share(JsonObject report, String key, int value) {
        for (Object item : report.getJsonArray("items")) {
            if (((JsonObject) item).getInteger(key) == value) {
                return ((JsonObject) item).getDouble("share");
            }
        }
        throw new AssertionError("no line of " + value + " in " + report);
    }

    private static DayTotals day(LocalDate day, Subject subject, double viewerMinutes) {
        String title = "=HYPERLINK(\"x\", 1)";
        return new DayTotals(day, subject, title, null, null, 1, 1, 0, 2, 60, 30, viewerMinutes, 1, 9, 0, 60, 0.4, 0);
    }
}
