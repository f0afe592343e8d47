package io.headcount.api;

import io.headcount.store.Readiness;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/** Health on the public port, for the load balancer. */
final class HealthRoutes {
    private HealthRoutes() {}

    static void mount(RouteTable table, Readiness readiness) {
        table.add(
                HttpMethod.GET, "/health/live", context -> Future.succeededFuture(new JsonObject().put("live", true)));
        table.add(
                HttpMethod.GET,
                "/health/ready",
                context -> readiness.check().map(report -> {
                    JsonObject checks = new JsonObject();
                    report.checks().forEach(checks::put);
                    context.response().setStatusCode(report.ready() ? 200 : 503);
                    return new JsonObject().put("ready", report.ready()).put("checks", checks);
                }));
    }
}
