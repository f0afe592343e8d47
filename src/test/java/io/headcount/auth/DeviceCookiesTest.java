package io.headcount.auth;

import static io.headcount.auth.TestAuth.await;
import static io.headcount.auth.TestAuth.denial;
import static io.headcount.auth.TestAuth.headers;
import static io.headcount.auth.TestAuth.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.model.Ids;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceCookiesTest {
    private static final String OLD_KEY = "the key that signed before, 32 characters";
    private static final String NEW_KEY = "the key that signs from now on, 32 or more";

    private static TestAuth anonymous(String... keys) {
        return new TestAuth("mode", "jwt", "anonymous", true, "cookieKeys", List.of(keys), "cookieMaxAgeDays", 100);
    }

    private static Identity identify(TestAuth auth, MultiMap headers) {
        return await(auth.auth.identify(headers, query(), "42"));
    }

    /** The cookie as a browser sends it back. */
    private static String sentBack(Identity identity) {
        return identity.setCookie().substring(0, identity.setCookie().indexOf(';'));
    }

    @Test
    void makesADeviceOfWhoeverComesWithoutACookieAndKnowsItAgain() {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            Identity first = identify(auth, headers());
            Identity again = identify(auth, headers("Cookie", "theme=dark; " + sentBack(first) + "; x=y"));

            assertThat(Ids.valid(first.user())).isTrue();
            assertThat(first.user()).startsWith("anon-");
            assertThat(first.setCookie())
                    .contains("; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=" + TimeUnit.DAYS.toSeconds(100))
                    .doesNotContain("Secure");
            assertThat(again.user()).isEqualTo(first.user());
            assertThat(again.setCookie()).isNull();
            assertThat(again.expiresAtMillis()).isZero();
        }
    }

    @Test
    void makesEveryDeviceAnother() {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            Set<String> users = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                users.add(identify(auth, headers()).user());
            }

            assertThat(users).hasSize(1_000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "AAAAAAAAAAAAAAAAAAAAAA.20833.AAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAA.99999999999999999999.AAAAAAAAAAAAAAAAAAAAAA",
                "{AAAAAAAAAAAAAAAAAAAAA.20833.AAAAAAAAAAAAAAAAAAAAAA"
            })
    void doesNotBelieveACookieThatItDidNotSign(String value) {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            Identity identity = identify(auth, headers("Cookie", DeviceCookies.NAME + "=" + value));

            assertThat(identity.setCookie()).isNotNull();
            assertThat(identity.user()).isNotEqualTo("anon-AAAAAAAAAAAAAAAAAAAAAA");
        }
    }

    @Test
    void doesNotBelieveAnotherIdUnderASignature() {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            Identity first = identify(auth, headers());
            String id = first.user().substring("anon-".length());
            String other = (id.startsWith("A") ? "B" : "A") + id.substring(1);

            Identity forged = identify(auth, headers("Cookie", sentBack(first).replace(id, other)));

            assertThat(forged.user()).isNotEqualTo("anon-" + other);
        }
    }

    @Test
    void keepsADevicesIdWhenTheKeyRotatesAndSignsItAnew() {
        Identity before;
        try (TestAuth auth = anonymous(OLD_KEY)) {
            before = identify(auth, headers());
        }
        Identity during;
        try (TestAuth auth = anonymous(NEW_KEY, OLD_KEY)) {
            during = identify(auth, headers("Cookie", sentBack(before)));
        }
        try (TestAuth auth = anonymous(NEW_KEY)) {
            assertThat(during.user()).isEqualTo(before.user());
            assertThat(identify(auth, headers("Cookie", sentBack(during))).user())
                    .isEqualTo(before.user());
            assertThat(identify(auth, headers("Cookie", sentBack(before))).user())
                    .as("a key that is gone")
                    .isNotEqualTo(before.user());
        }
    }

    @Test
    void renewsACookieThatIsHalfwayToItsEndAndForgetsOneThatIsOver() {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            Identity first = identify(auth, headers());
            MultiMap cookie = headers("Cookie", sentBack(first));

            auth.passMillis(TimeUnit.DAYS.toMillis(51));
            Identity later = identify(auth, cookie);
            auth.passMillis(TimeUnit.DAYS.toMillis(50));
            Identity tooLate = identify(auth, cookie);
            Identity renewed = identify(auth, headers("Cookie", sentBack(later)));

            assertThat(later.user()).isEqualTo(first.user());
            assertThat(later.setCookie()).isNotNull();
            assertThat(tooLate.user()).isNotEqualTo(first.user());
            assertThat(renewed.user()).isEqualTo(first.user());
            assertThat(renewed.setCookie()).isNull();
        }
    }

    @Test
    void isForHttpsOnlyWhereItCameByHttps() {
        try (TestAuth auth = anonymous(NEW_KEY)) {
            assertThat(identify(auth, headers("X-Forwarded-Proto", "https")).setCookie())
                    .endsWith("; Secure");
            assertThat(identify(auth, headers("Origin", "https://tv.example")).setCookie())
                    .endsWith("; Secure");
            assertThat(identify(auth, headers("Origin", "http://tv.example")).setCookie())
                    .doesNotContain("Secure");
        }
        try (TestAuth auth = new TestAuth("anonymous", true, "cookieSecure", "always", "cookieSameSite", "none")) {
            assertThat(identify(auth, headers()).setCookie()).contains("; SameSite=None; Secure");
        }
    }

    @Test
    void comesAfterNameAndToken() {
        try (TestAuth auth = new TestAuth("anonymous", true, "secret", Signer.SECRET)) {
            String token = Signer.hs256().token("sub", "u2");

            assertThat(await(auth.auth.identify(TestAuth.bearer(token), query("user", "u1"), "42"))
                            .user())
                    .isEqualTo("u1");
            assertThat(await(auth.auth.identify(TestAuth.bearer(token), query(), "42"))
                            .user())
                    .isEqualTo("u2");
            assertThat(identify(auth, headers()).user()).startsWith("anon-");
            assertThat(denial(auth.auth.identify(TestAuth.bearer("bad"), query(), "42"))
                            .status())
                    .isEqualTo(401);
            assertThat(denial(auth.auth.identify(headers(), query("user", "a:b"), "42"))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void isOfferedWithThePageOnceAndOnlyWhereItIsOn() {
        try (TestAuth on = anonymous(NEW_KEY);
                TestAuth off = new TestAuth()) {
            String offered = on.auth.deviceCookie(headers());

            assertThat(offered).startsWith(DeviceCookies.NAME + "=");
            assertThat(on.auth.deviceCookie(headers("Cookie", offered.substring(0, offered.indexOf(';')))))
                    .isNull();
            assertThat(off.auth.deviceCookie(headers())).isNull();
            assertThat(denial(off.auth.identify(headers(), query(), "42")).status())
                    .isEqualTo(400);
        }
    }
}
