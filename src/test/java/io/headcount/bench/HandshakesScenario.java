package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import java.util.List;
import java.util.Map;

/** What a handshake costs once the node is warm, its join included. */
final class HandshakesScenario implements Scenario {
    private static final int A_ROUND = 6_000;
    private static final int WARM_UPS = 4;
    private static final int A_SECOND = 1_500;
    private static final double CPU_MICROS = 150;

    /** How viewers say who they are; the tokens' kinds are added here. */
    private record Identity(String label, Map<String, String> settings) {}

    private static final List<Identity> IDENTITIES = List.of(new Identity("open", Map.of()));

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
        for (Identity identity : IDENTITIES) {
            measure(run, identity);
        }
    }

    private static void measure(BenchRun run, Identity identity) throws Exception {
        String where = " (" + identity.label() + ")";
        int rounds = run.quick() ? 2 : 5;
        double[] cpu = new double[rounds];
        double[] p99 = new double[rounds];
        double[] rate = new double[rounds];
        try (LocalNodes nodes = run.node(Jdk.running(), identity.settings());
                Helper crowd = Helper.crowd(nodes.get(0).ports().http())) {
            long pid = nodes.get(0).pid();
            for (int i = 0; i < WARM_UPS; i++) {
                crowd.ask("open " + A_ROUND + " 1000 " + 2 * A_SECOND);
                crowd.ask("close");
            }
            for (int i = 0; i < rounds; i++) {
                BenchRun.hold(2);
                long before = Proc.cpuMicros(pid);
                Map<String, String> opened = crowd.ask("open " + A_ROUND + " 1000 " + A_SECOND);
                cpu[i] = (double) (Proc.cpuMicros(pid) - before) / A_ROUND;
                p99[i] = Double.parseDouble(opened.get("p99Millis"));
                rate[i] = A_ROUND / Double.parseDouble(opened.get("seconds"));
                crowd.ask("close");
            }
        }
        run.limit("CPU a handshake" + where, "us", CPU_MICROS, null, cpu);
        run.figure("connect to welcome p99" + where, "ms", p99);
        run.figure("rate while measured" + where, "1/s", rate);
    }
}
