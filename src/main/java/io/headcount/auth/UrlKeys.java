package io.headcount.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Set;

/** {@code auth.keysUrl}: a JWKS. Redirections are not followed: whom to trust is the operator's word alone. */
final class UrlKeys implements KeySource {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 5_000;
    private static final int MOST_BYTES = 262_144;

    private final HttpClient client;
    private final String url;

    UrlKeys(Vertx vertx, String url) {
        this.url = url;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS).setIdleTimeout(30));
    }

    @Override
    public String name() {
        return "auth.keysUrl = " + url;
    }

    @Override
    public boolean mayComeLater() {
        return true;
    }

    @Override
    public Future<Set<VerificationKey>> load() {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url)
                .setTimeout(ANSWER_MILLIS)
                .putHeader("Accept", "application/jwk-set+json, application/json");
        return client.request(options)
                .compose(request -> request.send())
                .compose(UrlKeys::body)
                .compose(body -> {
                    try {
                        return Future.succeededFuture(Jwks.parse(body.getBytes(), false));
                    } catch (KeyException e) {
                        return Future.failedFuture(e);
                    }
                });
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return Future.failedFuture(new KeyException("it answers " + response.statusCode()));
        }
        Promise<Buffer> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                promise.tryFail(new KeyException("it is longer than " + MOST_BYTES + " bytes"));
                response.request().reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(promise::tryFail);
        response.endHandler(end -> promise.tryComplete(body));
        return promise.future();
    }

    @Override
    public void close() {
        var unused = client.close();
    }
}
