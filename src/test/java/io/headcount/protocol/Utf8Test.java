package io.headcount.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void agreesWithTheJdkOnEveryBeginningOfThreeBytesAndOnRandomOnes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1 << 16; i++) {
            check(new byte[] {(byte) (i >> 8), (byte) i}, seed);
            check(new byte[] {(byte) (i >> 8), (byte) i, (byte) 0x80}, seed);
            check(new byte[] {(byte) (i >> 8), (byte) i, (byte) 0xBF, (byte) 0x80}, seed);
            byte[] bytes = new byte[random.nextInt(6)];
            for (int k = 0; k < bytes.length; k++) {
                // Mostly leads and continuations: plain random bytes are nearly never valid.
                bytes[k] = (byte) (k == 0 ? 0xC0 + random.nextInt(64) : 0x80 + random.nextInt(70));
            }
            check(bytes, seed);
        }
    }

    private static void check(byte[] bytes, long seed) {
        assertThat(Utf8.valid(bytes, 0))
                .as("%s, seed %d", HexFormat.of().formatHex(bytes), seed)
                .isEqualTo(validByJdk(bytes));
    }

    private static boolean validByJdk(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
