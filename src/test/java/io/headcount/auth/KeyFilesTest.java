package io.headcount.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFilesTest {
    private static final Signer RSA = Signer.rs256("rsa-1");
    private static final Signer EC = Signer.es256("ec-1");

    @TempDir
    Path folder;

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("keys"), content);
    }

    @Test
    void readsPublicKeysInPem() throws Exception {
        try (TestAuth auth = new TestAuth(
                "mode", "jwt", "keysFile", file(RSA.pem() + "\n" + EC.pem()).toString())) {
            assertThat(auth.identify(RSA.token("sub", "u1")).user()).isEqualTo("u1");
            assertThat(auth.identify(EC.token("sub", "u2")).user()).isEqualTo("u2");
            assertThat(Rejection.of(auth.deny(Signer.confusedByPem(RSA).token("sub", "u1"))))
                    .isEqualTo(Rejection.UNKNOWN_KEY);
        }
    }

    @Test
    void takesASecretFromAFileButNotFromAnAddressThatEverybodyCanRead() throws Exception {
        byte[] json = Signer.jwks(RSA, EC, Signer.hs256()).getBytes(StandardCharsets.UTF_8);

        assertThat(algorithms(Jwks.parse(json, true))).containsExactlyInAnyOrder(Algorithm.values());
        assertThat(algorithms(Jwks.parse(json, false))).containsExactlyInAnyOrder(Algorithm.RS256, Algorithm.ES256);
    }

    private static Set<Algorithm> algorithms(Set<VerificationKey> keys) {
        return keys.stream().map(VerificationKey::algorithm).collect(Collectors.toSet());
    }

    @Test
    void passesOverKeysThatAreForSomethingElse() throws Exception {
        String json = Signer.jwks(RSA)
                .replace(
                        "]",
                        ",{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"AA\",\"e\":\"AQAB\"},"
                                + "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"},{\"kty\":\"EC\",\"crv\":\"P-384\"},7,"
                                + "{\"kty\":\"RSA\",\"alg\":\"RS512\",\"n\":\"AA\",\"e\":\"AQAB\"},{\"kty\":\"oct\",\"k\":\"AA\"}]");

        assertThat(Jwks.parse(json.getBytes(StandardCharsets.UTF_8), true))
                .singleElement()
                .satisfies(key -> assertThat(key.id()).isEqualTo("rsa-1"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "hello | neither a JWKS nor PEM",
                "{} | no JWKS",
                "{\"keys\":[]} | no key in it can be used",
                "{\"keys\": | not JSON",
                "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY----- | PUBLIC KEY is wanted",
                "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY----- | cannot be read"
            })
    void saysWhatIsWrongWithAFile(String content, String message) throws Exception {
        Path file = file(content);

        assertThatThrownBy(() -> new TestAuth("mode", "jwt", "keysFile", file.toString()).close())
                .rootCause()
                .hasMessageContaining("auth.keysFile = " + file)
                .hasMessageContaining(message);
    }

    @Test
    void saysSoWhenThereIsNoFileOrAWeakKey() throws Exception {
        assertThatThrownBy(() -> new TestAuth("mode", "jwt", "keysFile", "/nowhere/keys").close())
                .rootCause()
                .hasMessageContaining("/nowhere/keys");
        Path weak = file(Signer.rs256(null, 1_024).pem());
        assertThatThrownBy(() -> new TestAuth("mode", "jwt", "keysFile", weak.toString()).close())
                .rootCause()
                .hasMessageContaining("2048 bits");
    }
}
