package io.headcount.bench;

import io.headcount.dev.LocalNodes;
import java.io.IOException;
import java.util.Map;

/** One stream's count to 19,000 sockets; beside it, in the same run, a bare loop and Node's ws. */
final class FanoutScenario implements Scenario {
    private static final int SOCKETS = 18_500;
    private static final int OPEN_A_SECOND = 2_500;
    private static final int PERIOD_MILLIS = 1_000;
    private static final int JOINS_A_SECOND = 200;
    private static final double ASKED_RATIO = 1.5;
    private static final double GOAL_TIMES_WS = 2;

    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public String about() {
        return "CPU of one count to " + SOCKETS + " sockets, against a bare loop and Node's ws in the same run";
    }

    @Override
    public void run(BenchRun run) throws Exception {
        int rounds = run.quick() ? 2 : 5;
        double[] bare = new double[rounds];
        double[] own = new double[rounds];
        try (Helper loop = Helper.java(BareServer.class)) {
            plain(run, loop, bare);
        }
        headcount(run, own);
        run.figure("CPU a message, bare NIO loop", "us", bare);
        run.figure("CPU a message, Headcount", "us", own);
        double ours = Figure.of("", "", "", null, null, own).value();
        double floor = Figure.of("", "", "", null, null, bare).value();
        run.limit("CPU of Headcount / bare loop", "x", ASKED_RATIO, null, ours / floor);
        WsServer.start(run).ifPresent(ws -> {
            try (ws) {
                double[] theirs = new double[rounds];
                plain(run, ws, theirs);
                run.figure("CPU a message, Node ws", "us", theirs);
                // As a part of ws' CPU, so that less is better, as with every figure that has a goal.
                run.limit(
                        "CPU of Headcount / Node ws",
                        "x",
                        null,
                        1 / GOAL_TIMES_WS,
                        ours / Figure.of("", "", "", null, null, theirs).value());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** A server that pushes when it is told. */
    private static void plain(BenchRun run, Helper server, double[] micros) throws IOException, InterruptedException {
        int port = Integer.parseInt(server.hear().get("port"));
        int pushes = run.quick() ? 10 : 20;
        try (Helper crowd = Helper.crowd(port)) {
            run.say("    opened " + crowd.ask("open " + SOCKETS + " 1 " + OPEN_A_SECOND));
            server.ask("push 5 500");
            for (int i = 0; i < micros.length; i++) {
                BenchRun.hold(1);
                long messages = crowd.status("messages");
                long cpu = Proc.cpuMicros(server.pid());
                server.ask("push " + pushes + " " + PERIOD_MILLIS / 2);
                cpu = Proc.cpuMicros(server.pid()) - cpu;
                BenchRun.hold(1);
                micros[i] = (double) cpu / (crowd.status("messages") - messages);
            }
        }
    }

    private static void headcount(BenchRun run, double[] micros) throws Exception {
        int seconds = run.quick() ? 6 : 12;
        try (LocalNodes nodes = run.node(Jdk.running(), Map.of());
                Helper crowd = Helper.crowd(nodes.get(0).ports().http())) {
            long pid = nodes.get(0).pid();
            run.say("    opened " + crowd.ask("open " + SOCKETS + " 1 " + OPEN_A_SECOND));
            crowd.ask("toggle " + PERIOD_MILLIS + " 10");
            for (int i = 0; i < micros.length; i++) {
                long messages = crowd.status("messages");
                long cpu = Proc.cpuMicros(pid);
                crowd.ask("toggle " + PERIOD_MILLIS + " " + seconds);
                cpu = Proc.cpuMicros(pid) - cpu;
                micros[i] = (double) cpu / (crowd.status("messages") - messages);
            }
            BenchRun.hold(3);
            whileJoinsGoOn(run, crowd);
            crowd.ask("close");
        }
    }

    private static void whileJoinsGoOn(BenchRun run, Helper crowd) throws IOException {
        crowd.ask("watch");
        Map<String, String> joins = crowd.ask("churn " + JOINS_A_SECOND + " " + (run.quick() ? 10 : 20));
        if (Integer.parseInt(joins.get("welcomed")) == 0) {
            throw new IOException("no join was welcomed while counts went to all: " + joins);
        }
        run.limit(
                "join to welcome p99, while counts go to all",
                "ms",
                200.0,
                null,
                Double.parseDouble(joins.get("p99Millis")));
        Map<String, String> status = crowd.ask("status");
        run.limit(
                "a count to all " + SOCKETS + " viewers, slowest of " + status.get("deliveries"),
                "ms",
                1_000.0,
                null,
                Double.parseDouble(status.get("slowestMillis")));
    }
}
