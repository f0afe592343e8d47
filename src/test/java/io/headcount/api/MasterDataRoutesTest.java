package io.headcount.api;

import static io.headcount.api.RunningApi.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.RankedBroadcaster;
import io.headcount.model.RisingStream;
import io.headcount.model.StreamInfo;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of broadcasters, categories and users, and the rankings that show them. */
class MasterDataRoutesTest {
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
    void createsAndChangesAndAnswersWithWhatIsKnownNow() throws Exception {
        api.put("/v1/categories/games", "{\"name\":\"Games 게임\"}");
        var changed = api.put("/v1/categories/games", "{\"cpm\":2}");
        var broadcaster = api.put("/v1/broadcasters/bob", "{\"name\":\"Bob\"}");
        var user = api.put("/v1/users/u1", "{\"name\":null}");

        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(changed.body()))
                .isEqualTo(new JsonObject("{\"id\":\"games\",\"name\":\"Games 게임\",\"cpm\":2.0}"));
        assertThat(broadcaster.body()).isEqualTo("{\"id\":\"bob\",\"name\":\"Bob\"}");
        assertThat(user.body()).isEqualTo("{\"id\":\"u1\",\"name\":null}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "categories/games | {\"cpm\":-1} | cpm must be a number from 0",
                "categories/games | {\"cpm\":\"much\"} | cpm must be a number",
                "categories/games | {\"cpm\":-1,\"name\":\"\"} | ; ",
                "broadcasters/bob | {\"cpm\":1} | unknown field \"cpm\" (known: name)",
                "users/u1 | {\"name\":7} | name must be a text of 1 to 100 characters",
                "users/u1 | [] | must be a JSON object",
                "users/a:b | {} | The user's id must be"
            })
    void saysWhatIsWrongWithARecord(String path, String body, String detail) throws Exception {
        assertProblem(api.put("/v1/" + path, body), 400, detail);
    }

    @Test
    void nobodyChangesAnythingWithoutTheOperatorsToken() throws Exception {
        for (String path : new String[] {"/v1/categories/c", "/v1/broadcasters/b", "/v1/users/u"}) {
            assertProblem(
                    api.send(api.request(path)
                            .header("Content-Type", "application/json")
                            .PUT(BodyPublishers.ofString("{}"))),
                    401,
                    "operators' token");
        }
        assertThat(api.masterData.records).isEmpty();
    }

    @Test
    void pagesThroughWhatRisesAndThroughBroadcasters() throws Exception {
        for (int i = 1; i <= 3; i++) {
            api.rankings.rising.add(
                    new RisingStream(i, new StreamInfo("s" + i, null, null, "games"), 10, 5, 6, 1.23456));
            api.rankings.broadcasters.add(new RankedBroadcaster(i, "b" + i, null, 10, 1));
        }

        JsonObject rising = api.json("/v1/rankings/rising?limit=2&category=games");
        JsonObject rest = api.json("/v1/rankings/rising?limit=2&category=games&cursor=" + rising.getString("next"));
        JsonObject broadcasters = api.json("/v1/rankings/broadcasters?limit=2");

        assertThat(rising.getJsonArray("items").getJsonObject(0))
                .isEqualTo(new JsonObject("{\"rank\":1,\"stream\":\"s1\",\"title\":null,\"broadcaster\":null,"
                        + "\"category\":\"games\",\"viewers\":10,\"gain5\":5.0,\"gain15\":6.0,\"momentum\":1.235}"));
        assertThat(rest.getJsonArray("items")).hasSize(1);
        assertThat(rest.getString("next")).isNull();
        assertThat(rest.getString("mode")).isEqualTo("exact");
        assertThat(broadcasters.getJsonArray("items").getJsonObject(1).getString("broadcaster"))
                .isEqualTo("b2");
        assertProblem(api.get("/v1/rankings/broadcasters?category=games"), 400, "leave category out");
    }
}
