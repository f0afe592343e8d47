package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import java.util.List;
import java.util.Map;

/** The same work over epoll, io_uring and NIO. */
final class TransportsScenario implements Scenario {
    private static final int SOCKETS = 5_000;

    @Override
    public String name() {
        return "transports";
    }

    @Override
    public String about() {
        return "CPU a join and a message, and resident memory, over epoll, io_uring and NIO";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        for (String transport : List.of("epoll", "io_uring", "nio")) {
            measure(run, transport);
        }
    }

    private static void measure(BenchRun run, String transport) throws Exception {
        int rounds = run.quick() ? 1 : 3;
        double[] join = new double[rounds];
        double[] message = new double[rounds];
        String where = " (" + transport + ")";
        try (LocalNodes nodes = run.node(Jdk.running(), Map.of("HEADCOUNT_NODE_TRANSPORT", transport));
                Helper crowd = Helper.crowd(nodes.get(0).ports().http())) {
            long pid = nodes.get(0).pid();
            long fallbacks = nodes.get(0).process().tail(1_000).stream()
                    .filter(line -> line.contains("node.transport cannot be had"))
                    .count();
            if (fallbacks > 0) {
                run.note(transport + " not run: it does not load here");
                return;
            }
            crowd.ask("open " + SOCKETS + " 1 2000");
            crowd.ask("close");
            for (int i = 0; i < rounds; i++) {
                BenchRun.hold(2);
                long before = Proc.cpuMicros(pid);
                crowd.ask("open " + SOCKETS + " 1 1500");
                join[i] = (double) (Proc.cpuMicros(pid) - before) / SOCKETS;
                BenchRun.hold(2);
                long messages = crowd.status("messages");
                before = Proc.cpuMicros(pid);
                crowd.ask("toggle 1000 " + (run.quick() ? 6 : 12));
                long cpu = Proc.cpuMicros(pid) - before;
                message[i] = (double) cpu / (crowd.status("messages") - messages);
                if (i + 1 < rounds) {
                    crowd.ask("close");
                }
            }
            run.figure("CPU a join, counts included" + where, "us", join);
            run.figure("CPU a message" + where, "us", message);
            run.figure("resident with " + SOCKETS + " sockets" + where, "MB", Proc.residentBytes(pid) / 1e6);
            crowd.ask("close");
        }
    }
}
