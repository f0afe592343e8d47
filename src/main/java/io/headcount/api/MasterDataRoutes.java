package io.headcount.api;

import io.headcount.model.Ids;
import io.headcount.model.MasterRecord;
import io.headcount.store.MasterData;
import io.headcount.store.MasterData.Kind;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Master data of broadcasters, categories and users; needs the operators' token. */
final class MasterDataRoutes {
    private static final String CPM = "cpm";

    private final MasterData data;
    private final OperatorToken token;
    private final int mostBodyBytes;

    MasterDataRoutes(MasterData data, OperatorToken token, int mostBodyBytes) {
        this.data = data;
        this.token = token;
        this.mostBodyBytes = mostBodyBytes;
    }

    void mount(RouteTable table) {
        mount(table, "/v1/broadcasters/:broadcaster", Kind.BROADCASTER);
        mount(table, "/v1/categories/:category", Kind.CATEGORY);
        mount(table, "/v1/users/:user", Kind.USER);
    }

    private void mount(RouteTable table, String path, Kind kind) {
        table.addWithBody(
                HttpMethod.PUT,
                path,
                BodyHandler.create(false).setBodyLimit(mostBodyBytes),
                context -> put(context, kind));
    }

    private Future<JsonObject> put(RoutingContext context, Kind kind) {
        token.require(context);
        String what = kind.name().toLowerCase(Locale.ROOT);
        String id = context.pathParam(what);
        if (!Ids.valid(id)) {
            throw Problem.badRequest("The " + what + "'s id must be " + Ids.RULE + ".");
        }
        return data.save(kind, record(id, kind, Requests.body(context, what))).map(saved -> json(kind, saved));
    }

    private static MasterRecord record(String id, Kind kind, JsonObject body) {
        List<String> wrong = new ArrayList<>();
        for (String field : body.fieldNames()) {
            String problem = problem(kind, field, body.getValue(field));
            if (problem != null) {
                wrong.add(problem);
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.badRequest(String.join("; ", wrong) + ".");
        }
        return new MasterRecord(id, body.getString("name"), kind == Kind.CATEGORY ? body.getDouble(CPM) : null);
    }

    /** What is wrong with a field; {@code null} for nothing. */
    private static String problem(Kind kind, String field, Object value) {
        if (field.equals("name")) {
            boolean good = value == null
                    || (value instanceof String text
                            && !text.isBlank()
                            && text.length() <= MasterRecord.MAX_NAME_LENGTH);
            return good ? null : "name must be a text of 1 to " + MasterRecord.MAX_NAME_LENGTH + " characters";
        }
        if (field.equals(CPM) && kind == Kind.CATEGORY) {
            boolean good = value == null
                    || (value instanceof Number number
                            && number.doubleValue() >= 0
                            && number.doubleValue() <= MasterRecord.MAX_CPM);
            return good ? null : "cpm must be a number from 0 to " + (long) MasterRecord.MAX_CPM;
        }
        return "unknown field \"" + field + "\" (known: name" + (kind == Kind.CATEGORY ? ", cpm)" : ")");
    }

    private static JsonObject json(Kind kind, MasterRecord saved) {
        JsonObject json = new JsonObject().put("id", saved.id()).put("name", saved.name());
        return kind == Kind.CATEGORY ? json.put(CPM, saved.cpm()) : json;
    }
}
