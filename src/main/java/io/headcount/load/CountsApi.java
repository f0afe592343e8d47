package io.headcount.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks a node for counts, {@code GET /v1/viewers?stream=…}. */
final class CountsApi {
    /** The contract's limit. */
    private static final int MOST_STREAMS = 500;

    /** A request line may be 4 KiB long. */
    private static final int MOST_URI_CHARS = 3_900;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ObjectMapper mapper = new ObjectMapper();

    /**
     * What that node says, by stream.
     *
     * @throws IOException when it does not answer, or not with 200
     */
    Map<String, Answer> counts(String target, List<String> streams) throws IOException, InterruptedException {
        Map<String, Answer> answers = new HashMap<>();
        for (String query : queries(streams)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + target + "/v1/viewers?" + query))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException("HTTP " + response.statusCode() + " from " + target + "/v1/viewers");
            }
            for (JsonNode item : mapper.readTree(response.body()).path("items")) {
                answers.put(
                        item.path("stream").asText(),
                        new Answer(
                                item.path("viewers").asLong(-1),
                                item.path("sessions").asLong(-1)));
            }
        }
        return answers;
    }

    /** The query strings that ask for all streams. */
    static List<String> queries(List<String> streams) {
        List<String> queries = new ArrayList<>();
        StringBuilder query = new StringBuilder();
        int inQuery = 0;
        for (String stream : streams) {
            if (inQuery == MOST_STREAMS || query.length() + stream.length() + 8 > MOST_URI_CHARS) {
                queries.add(query.toString());
                query.setLength(0);
                inQuery = 0;
            }
            query.append(inQuery++ == 0 ? "stream=" : "&stream=").append(stream);
        }
        if (inQuery > 0) {
            queries.add(query.toString());
        }
        return queries;
    }

    /** What is said of a stream; -1 where it is not said. */
    record Answer(long viewers, long sessions) {
        static final Answer NOBODY = new Answer(0, 0);
    }
}
