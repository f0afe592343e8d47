package io.headcount.auth;

import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Prints what a token costs, in microseconds of CPU a token: parsing, signature and claims; and when its verdict is
 * remembered. {@code java -cp "target/test-classes:target/classes:$(cat target/classpath-test.txt)"
 * io.headcount.auth.VerificationCost}.
 */
public final class VerificationCost {
    private static final int ROUNDS = 5;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private VerificationCost() {}

    public static void main(String[] args) throws Exception {
        System.out.println("java " + System.getProperty("java.version"));
        Signer rsa = Signer.rs256("rsa-1");
        Signer ec = Signer.es256("ec-1");
        Path keys = Files.createTempFile("jwks", ".json");
        Files.writeString(keys, Signer.jwks(rsa, ec));
        try (TestAuth auth = new TestAuth("mode", "jwt", "secret", Signer.SECRET, "keysFile", keys.toString())) {
            measure(auth, "HS256", Signer.hs256(), 5_000);
            measure(auth, "RS256", rsa, 2_000);
            measure(auth, "ES256", ec, 300);
        } finally {
            Files.delete(keys);
        }
    }

    private static void measure(TestAuth auth, String name, Signer signer, int tokens) {
        for (int round = 1; round <= ROUNDS; round++) {
            List<String> all = tokens(signer, tokens, round);
            long fresh = cpuNanos(auth, all);
            long remembered = cpuNanos(auth, all);
            if (round == ROUNDS) {
                System.out.printf(
                        Locale.ROOT,
                        "%s %.1f us CPU a token (%d bytes), remembered %.2f us%n",
                        name,
                        fresh / 1e3 / tokens,
                        all.get(0).length(),
                        remembered / 1e3 / tokens);
            }
        }
    }

    private static List<String> tokens(Signer signer, int count, int round) {
        return IntStream.range(0, count)
                .mapToObj(i -> signer.token("sub", "user-" + round + "-" + i, "exp", TestAuth.NOW_SECONDS + 600))
                .toList();
    }

    /** Of all threads: ES256 is verified on others than this one. One at a time, so that none waits for a processor. */
    private static long cpuNanos(TestAuth auth, List<String> tokens) {
        long before = allThreads();
        for (String token : tokens) {
            Future<Identity> identity = auth.auth.identify(TestAuth.bearer(token), TestAuth.query(), "42");
            if (!identity.isComplete()) {
                TestAuth.await(identity);
            }
        }
        return allThreads() - before;
    }

    private static long allThreads() {
        long sum = 0;
        for (long id : THREADS.getAllThreadIds()) {
            String name = THREADS.getThreadInfo(id) == null
                    ? ""
                    : THREADS.getThreadInfo(id).getThreadName();
            if (name.equals("main") || name.startsWith("headcount-auth")) {
                sum += Math.max(0, THREADS.getThreadCpuTime(id));
            }
        }
        return sum;
    }
}
