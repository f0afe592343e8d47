package io.headcount.bench;

import io.headcount.auth.Signer;
import io.headcount.dev.LocalNodes;
import io.headcount.dev.SharedServers;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a handshake costs once the node is warm, its join and welcome included. Not in it: telling the others of the
 * stream, which depends on how many they are and has a scenario of its own.
 */
final class HandshakesScenario implements Scenario {
    private static final int A_ROUND = 6_000;
    private static final int WARM_UPS = 10;
    private static final int A_SECOND = 1_500;
    private static final double CPU_MICROS = 150;

    /** Counts of a stream are told so seldom that a round is over before. */
    private static final Map<String, String> QUIET =
            Map.of("HEADCOUNT_PUSH_INTERVAL_MILLIS", "60000", "HEADCOUNT_PUSH_LIFE_SIGN_MILLIS", "4000");

    private static final int ROUNDS = 5;
    private static final int QUICK_ROUNDS = 2;
    private static final int IDLE_SECONDS = 4;

    @Override
    public String name() {
        return "handshakes";
    }

    @Override
    public String about() {
        return "server CPU a handshake, join included, with p99 to the welcome";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        Path folder = SharedServers.newFolder("bench-tokens");
        measure(run, new Identity("open", Map.of(), null, CPU_MICROS));
        measure(run, Identity.of("HS256", Map.of("HEADCOUNT_AUTH_SECRET", Signer.SECRET), Signer.hs256(), CPU_MICROS));
        measure(run, Identity.published("RS256", Signer.rs256("bench"), folder, CPU_MICROS));
        // Checked by a worker, at a millisecond each on JDK 17.
        measure(run, Identity.published("ES256", Signer.es256("bench"), folder, null));
    }

    private static void measure(BenchRun run, Identity identity) throws Exception {
        String where = " (" + identity.label() + ")";
        int rounds = run.quick() ? QUICK_ROUNDS : ROUNDS;
        Path tokens = SharedServers.newFolder("bench-tokens").resolve("tokens");
        identity.sign(tokens, (WARM_UPS + rounds) * A_ROUND);
        double[] cpu = new double[rounds];
        double[] p99 = new double[rounds];
        double[] rate = new double[rounds];
        Map<String, String> settings = new HashMap<>(QUIET);
        settings.putAll(identity.settings());
        try (LocalNodes nodes = run.node(Jdk.running(), settings);
                Helper crowd = Helper.crowd(nodes.get(0).ports().http())) {
            long pid = nodes.get(0).pid();
            crowd.ask("tokens " + tokens);
            for (int i = 0; i < WARM_UPS; i++) {
                crowd.ask("open " + A_ROUND + " 1000 " + 2 * A_SECOND);
                crowd.ask("close");
            }
            for (int i = 0; i < rounds; i++) {
                BenchRun.hold(2);
                long idle = Proc.cpuMicros(pid);
                BenchRun.hold(IDLE_SECONDS);
                long before = Proc.cpuMicros(pid);
                Map<String, String> opened = crowd.ask("open " + A_ROUND + " 1000 " + A_SECOND);
                double seconds = Double.parseDouble(opened.get("seconds"));
                // What the node does anyway is no handshake's: at 1,500 a second it would be a sixth of the figure.
                double besides = (double) (before - idle) / IDLE_SECONDS * seconds;
                cpu[i] = (Proc.cpuMicros(pid) - before - besides) / A_ROUND;
                p99[i] = Double.parseDouble(opened.get("p99Millis"));
                rate[i] = A_ROUND / seconds;
                crowd.ask("close");
            }
        }
        run.limit("CPU a handshake" + where, "us", identity.asked(), null, cpu);
        run.figure("connect to welcome p99" + where, "ms", p99);
        run.figure("rate while measured" + where, "1/s", rate);
    }

    /**
     * How viewers say who they are.
     *
     * @param settings of the node
     * @param signer of their tokens, {@code null} for none: then {@code ?user=} says it
     * @param asked CPU, microseconds; {@code null} for any
     */
    private record Identity(String label, Map<String, String> settings, Signer signer, Double asked) {
        private static final long LIFE_SECONDS = 3_600;

        static Identity of(String label, Map<String, String> keys, Signer signer, Double asked) {
            Map<String, String> settings = new HashMap<>(keys);
            settings.put("HEADCOUNT_AUTH_MODE", "jwt");
            return new Identity(label, settings, signer, asked);
        }

        static Identity published(String label, Signer signer, Path folder, Double asked) throws IOException {
            Path keys = Files.writeString(folder.resolve(label + ".json"), Signer.jwks(signer));
            return of(
                    label,
                    Map.of("HEADCOUNT_AUTH_KEYS_FILE", keys.toAbsolutePath().toString()),
                    signer,
                    asked);
        }

        /** Writes so many tokens, each of another user: none has been seen before. */
        void sign(Path file, int count) throws IOException {
            long expiry = System.currentTimeMillis() / 1_000 + LIFE_SECONDS;
            try (BufferedWriter to = Files.newBufferedWriter(file)) {
                for (int i = 0; signer != null && i < count; i++) {
                    to.write(signer.token("sub", "u" + i, "exp", expiry));
                    to.newLine();
                }
            }
        }
    }
}
