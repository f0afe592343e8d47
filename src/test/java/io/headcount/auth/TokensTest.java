package io.headcount.auth;

import static io.headcount.auth.TestAuth.NOW_SECONDS;
import static io.headcount.auth.TestAuth.await;
import static io.headcount.auth.TestAuth.bearer;
import static io.headcount.auth.TestAuth.denial;
import static io.headcount.auth.TestAuth.headers;
import static io.headcount.auth.TestAuth.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokensTest {
    private static final long LATER = NOW_SECONDS + 600;
    private static final Signer HS = Signer.hs256();
    private static final Signer RSA = Signer.rs256("rsa-1");
    private static final Signer EC = Signer.es256("ec-1");
    private static final Signer STRANGER = Signer.rs256("rsa-1");

    private TestAuth auth;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("jwks.json"), Signer.jwks(RSA, EC));
        auth = new TestAuth(
                "mode",
                "jwt",
                "keysFile",
                file.toString(),
                "secret",
                Signer.SECRET,
                "issuer",
                "https://issuer.example",
                "audience",
                "headcount",
                "leewayMillis",
                5_000);
    }

    @AfterAll
    void stop() {
        auth.close();
    }

    /** Claims of a good token, and more or others. */
    private static Object[] claims(Object... more) {
        return Stream.concat(
                        Stream.of("sub", "u1", "iss", "https://issuer.example", "aud", "headcount", "exp", LATER),
                        Stream.of(more))
                .toArray();
    }

    private static Object[] without(String claim) {
        Object[] all = claims();
        return IntStream.range(0, all.length)
                .filter(i -> !all[i - i % 2].equals(claim))
                .mapToObj(i -> all[i])
                .toArray();
    }

    static Stream<Arguments> good() {
        return Stream.of(
                Arguments.of("HS256", HS.token(claims())),
                Arguments.of("RS256", RSA.token(claims())),
                Arguments.of("ES256", EC.token(claims())),
                Arguments.of("no kid", RSA.token(Map.of("kid", "-"), claims())),
                Arguments.of("a list of audiences", HS.token(claims("aud", List.of("other", "headcount")))),
                Arguments.of("expired within the leeway", HS.token(claims("exp", NOW_SECONDS - 4))),
                Arguments.of("an end that is no whole second", HS.token(claims("exp", LATER + 0.5))),
                Arguments.of("an end beyond all time", HS.token(claims("exp", 1e300))),
                Arguments.of("without an end", HS.token(without("exp"))),
                Arguments.of("a beginning within the leeway", HS.token(claims("nbf", NOW_SECONDS + 4))),
                Arguments.of("its stream", HS.token(claims("stream", "42"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void believes(String what, String token) {
        assertThat(auth.identify(token).user()).isEqualTo("u1");
        assertThat(auth.identify(token).user()).as("from memory").isEqualTo("u1");
    }

    private static Arguments bad(Rejection why, String what, String token) {
        return Arguments.of(why, what, token);
    }

    static Stream<Arguments> bad() {
        String good = HS.token(claims());
        String tampered = good.substring(0, good.indexOf('.') + 1)
                + Signer.base64("{\"sub\":\"u2\"}".getBytes(StandardCharsets.UTF_8))
                + good.substring(good.lastIndexOf('.'));
        String unsigned = good.substring(0, good.lastIndexOf('.') + 1);
        String zeros = EC.token(claims());
        return Stream.of(
                bad(Rejection.MALFORMED, "nothing", ""),
                bad(Rejection.MALFORMED, "no token", "abc"),
                bad(Rejection.MALFORMED, "two parts", "a.b"),
                bad(Rejection.MALFORMED, "four parts", good + ".x"),
                bad(Rejection.MALFORMED, "padding", good + "="),
                bad(Rejection.MALFORMED, "no Base64", "***." + good.substring(good.indexOf('.') + 1)),
                bad(Rejection.MALFORMED, "a header that is no JSON", HS.raw("hello", "{}")),
                bad(Rejection.MALFORMED, "a header that is an array", HS.raw("[]", "{}")),
                bad(Rejection.MALFORMED, "no alg", HS.token(Map.of("alg", "-"), claims())),
                bad(Rejection.MALFORMED, "an alg that is a number", HS.token(Map.of("alg", 256), claims())),
                bad(Rejection.MALFORMED, "crit", HS.token(Map.of("crit", List.of("b64"), "b64", false), claims())),
                bad(Rejection.MALFORMED, "alg twice", HS.raw("{\"alg\":\"none\",\"alg\":\"HS256\"}", "{}")),
                bad(Rejection.MALFORMED, "deep JSON", HS.raw("[".repeat(900) + "]".repeat(900), "{}")),
                bad(Rejection.MALFORMED, "claims that are no JSON", HS.raw("{\"alg\":\"HS256\"}", "hello")),
                bad(Rejection.MALFORMED, "an end that is a text", HS.token(claims("exp", "tomorrow"))),
                bad(Rejection.MALFORMED, "a stream that is no id", HS.token(claims("stream", "a:b"))),
                bad(Rejection.MALFORMED, "a stream that is a number", HS.token(claims("stream", 42))),
                bad(Rejection.ALGORITHM, "none", HS.token(Map.of("alg", "none"), claims())),
                bad(Rejection.ALGORITHM, "none without signature", withHeader("{\"alg\":\"none\"}", unsigned)),
                bad(Rejection.ALGORITHM, "None", HS.token(Map.of("alg", "None"), claims())),
                bad(Rejection.ALGORITHM, "HS512", HS.token(Map.of("alg", "HS512"), claims())),
                bad(Rejection.ALGORITHM, "PS256", RSA.token(Map.of("alg", "PS256"), claims())),
                bad(
                        Rejection.ALGORITHM,
                        "an RSA key as a secret",
                        Signer.confused(RSA).token(claims())),
                bad(
                        Rejection.ALGORITHM,
                        "an RSA key's PEM as a secret",
                        Signer.confusedByPem(RSA).token(claims())),
                bad(
                        Rejection.SIGNATURE,
                        "the same without kid",
                        Signer.confused(RSA).token(Map.of("kid", "-"), claims())),
                bad(Rejection.ALGORITHM, "an EC key's id with RS256", RSA.token(Map.of("kid", "ec-1"), claims())),
                bad(Rejection.SIGNATURE, "no signature", unsigned),
                bad(Rejection.SIGNATURE, "a signature cut short", good.substring(0, good.length() - 4)),
                bad(Rejection.SIGNATURE, "other claims", tampered),
                bad(
                        Rejection.SIGNATURE,
                        "another secret",
                        Signer.hs256("another secret of enough bytes, is it?").token(claims())),
                bad(Rejection.SIGNATURE, "another RSA key of that id", STRANGER.token(claims())),
                bad(
                        Rejection.SIGNATURE,
                        "ES256 of zeros",
                        zeros.substring(0, zeros.lastIndexOf('.') + 1) + "A".repeat(86)),
                bad(Rejection.SIGNATURE, "ES256 of 63 bytes", zeros.substring(0, zeros.length() - 2)),
                bad(
                        Rejection.UNKNOWN_KEY,
                        "an unknown key",
                        Signer.rs256("rsa-2").token(claims())),
                bad(Rejection.EXPIRED, "an end that is over", HS.token(claims("exp", NOW_SECONDS - 5))),
                bad(Rejection.EXPIRED, "an end before time", HS.token(claims("exp", -1))),
                bad(Rejection.EARLY, "a beginning that is to come", HS.token(claims("nbf", NOW_SECONDS + 6))),
                bad(Rejection.ISSUER, "another issuer", HS.token(claims("iss", "https://evil.example"))),
                bad(Rejection.ISSUER, "no issuer", HS.token(without("iss"))),
                bad(Rejection.AUDIENCE, "another audience", HS.token(claims("aud", "other"))),
                bad(Rejection.AUDIENCE, "no audience", HS.token(without("aud"))),
                bad(Rejection.AUDIENCE, "audiences without ours", HS.token(claims("aud", List.of("a", 1)))),
                bad(
                        Rejection.AUDIENCE,
                        "an audience that is an object",
                        HS.token(claims("aud", Map.of("x", "headcount")))),
                bad(Rejection.SUBJECT, "no sub", HS.token(without("sub"))),
                bad(Rejection.SUBJECT, "a sub that is no id", HS.token(claims("sub", "a:b"))),
                bad(Rejection.SUBJECT, "a sub that is too long", HS.token(claims("sub", "x".repeat(65)))),
                bad(Rejection.SUBJECT, "a sub that is a number", HS.token(claims("sub", 7))),
                bad(Rejection.SUBJECT, "a sub that could be a device", HS.token(claims("sub", "anon-x"))),
                bad(Rejection.OTHER_STREAM, "another stream", HS.token(claims("stream", "43"))));
    }

    private static String withHeader(String header, String token) {
        return Signer.base64(header.getBytes(StandardCharsets.UTF_8)) + token.substring(token.indexOf('.'));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("bad")
    void refuses(Rejection why, String what, String token) {
        double before = auth.count("headcount.auth.verifications", "result", why.label());

        Denial denial = auth.deny(token);

        assertThat(Rejection.of(denial)).isEqualTo(why);
        assertThat(denial.status()).isEqualTo(why == Rejection.OTHER_STREAM ? 403 : 401);
        assertThat(denial.getMessage()).isNotBlank().doesNotContain("u1").doesNotContain("evil");
        if (denial.status() == 401) {
            assertThat(denial.header()).isEqualTo("WWW-Authenticate");
            assertThat(denial.headerValue()).contains("Bearer", "invalid_token");
        }
        assertThat(auth.count("headcount.auth.verifications", "result", why.label()))
                .isEqualTo(before + 1);
    }

    @Test
    void takesTheTokenFromHeaderSubprotocolOrQuery() {
        String token = HS.token(claims());

        for (var way : List.of(
                auth.auth.identify(headers("Authorization", "bearer  " + token), query(), "42"),
                auth.auth.identify(headers("Sec-WebSocket-Protocol", "headcount.v1, bearer." + token), query(), "42"),
                auth.auth.identify(headers(), query("token", token), "42"))) {
            assertThat(await(way).user()).isEqualTo("u1");
        }
    }

    @Test
    void lookingNoFurtherThanTheFirstPlaceThatHasOne() {
        String token = HS.token(claims());

        assertThat(denial(auth.auth.identify(bearer("bad"), query("token", token), "42"))
                        .status())
                .isEqualTo(401);
        assertThat(denial(auth.auth.identify(headers(), query("token", token, "token", token), "42"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void asksForATokenWhereThereIsNone() {
        Denial denial = denial(auth.auth.identify(headers(), query("user", "u1"), "42"));

        assertThat(denial.status()).isEqualTo(401);
        assertThat(denial.headerValue()).isEqualTo("Bearer realm=\"headcount\"");
    }

    @Test
    void bindsNothingWhereNoStreamIsAskedForAndSaysToWhichItIsBound() {
        Identity identity = await(auth.auth.identify(bearer(HS.token(claims("stream", "43"))), query(), null));

        assertThat(identity.stream()).isEqualTo("43");
        assertThat(identity.expiresAtMillis()).isEqualTo(LATER * 1000);
    }

    @Test
    void remembersAVerdictUntilTheTokenExpires() {
        String token = EC.token(claims("sub", "u-cached", "exp", NOW_SECONDS + 60));
        double hits = auth.count("headcount.auth.cache.hits");

        auth.identify(token);
        long checked = auth.meters
                .get("headcount.auth.verify")
                .tag("algorithm", "ES256")
                .timer()
                .count();
        auth.identify(token);

        assertThat(auth.count("headcount.auth.cache.hits")).isEqualTo(hits + 1);
        assertThat(auth.meters
                        .get("headcount.auth.verify")
                        .tag("algorithm", "ES256")
                        .timer()
                        .count())
                .isEqualTo(checked);
        auth.passMillis(66_000);
        assertThat(Rejection.of(auth.deny(token))).isEqualTo(Rejection.EXPIRED);
        auth.passMillis(-66_000);
    }

    @Test
    void letsNobodyInWithAOneTimeTokenThatCannotBeLookedUp() {
        try (TestAuth once = new TestAuth("mode", "jwt", "secret", Signer.SECRET, "oneTimeTokens", true)) {
            once.answer = Future.failedFuture("Redis is out of reach");

            Denial denial = once.deny(HS.token("sub", "u1", "exp", LATER, "jti", "1"));

            assertThat(Rejection.of(denial)).isEqualTo(Rejection.NO_MEMORY);
            assertThat(denial.status()).isEqualTo(503);
            assertThat(denial.header()).isEqualTo("Retry-After");
        }
    }

    @Test
    void refusesWhatWouldWaitTooLongInsteadOfQueueingIt() {
        try (TestAuth once = new TestAuth(
                "mode", "jwt", "secret", Signer.SECRET, "maxPendingVerifications", 1, "oneTimeTokens", true)) {
            Promise<Void> slow = Promise.promise();
            once.answer = slow.future();
            Future<Identity> waiting =
                    once.auth.identify(bearer(HS.token("sub", "u1", "exp", LATER, "jti", "1")), query(), "42");

            Denial denial = once.deny(HS.token("sub", "u2", "exp", LATER, "jti", "2"));

            assertThat(Rejection.of(denial)).isEqualTo(Rejection.BUSY);
            assertThat(denial.status()).isEqualTo(503);
            slow.complete();
            assertThat(await(waiting).user()).isEqualTo("u1");
            assertThat(once.identify(HS.token("sub", "u2", "exp", LATER, "jti", "2"))
                            .user())
                    .isEqualTo("u2");
        }
    }

    @Test
    void letsAOneTimeTokenInOnce() {
        try (TestAuth once = new TestAuth("mode", "jwt", "secret", Signer.SECRET, "oneTimeTokens", true)) {
            String token = HS.token("sub", "u1", "exp", LATER, "jti", "any text: {*}");

            assertThat(once.identify(token).user()).isEqualTo("u1");
            assertThat(Rejection.of(once.deny(token))).isEqualTo(Rejection.USED);
            assertThat(await(once.auth.recognize(bearer(token), query(), "42")).user())
                    .as("what goes on with a session spends nothing")
                    .isEqualTo("u1");
            assertThat(once.used).hasSize(1);
            once.used.forEach((id, lifeMillis) -> {
                assertThat(id).matches("[A-Za-z0-9_-]{1,64}");
                assertThat(lifeMillis).isEqualTo(605_000);
            });
            assertThat(Rejection.of(once.deny(HS.token("sub", "u1", "exp", LATER))))
                    .isEqualTo(Rejection.NOT_ONCE);
            assertThat(Rejection.of(once.deny(HS.token("sub", "u1", "jti", "2"))))
                    .isEqualTo(Rejection.NOT_ONCE);
        }
    }
}
