package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.Role;
import java.util.ArrayList;
import java.util.List;

/** Whether a machine can hold the viewers that the configuration lets in. */
public final class MachineChecks {
    /** Redis, MySQL, the other nodes, libraries, and connections that have not said what they want yet. */
    private static final int OTHER_FILES = 1_000;

    private static final long MIB = 1_048_576;
    /** As {@code bin/headcount} reckons: a node's heap without viewers, and what an idle viewer keeps of it. */
    private static final long BASE_HEAP_BYTES = 200 * MIB;

    private static final long SOCKET_HEAP_BYTES = 1_220;
    /** By a second clocks differ that nobody sets; tokens forgive five ({@code auth.leewayMillis}). */
    private static final long CLOCK_LOOK_MILLIS = 1_000;

    private MachineChecks() {}

    /** What is not as it should be when a node starts; a finding is a line in its log. */
    public static List<Finding> atStart(HeadcountConfig config, Machine machine) {
        List<Finding> all = new ArrayList<>(of(config, machine));
        heap(config, machine, all);
        all.removeIf(finding -> finding.verdict() == Finding.Verdict.FINE);
        return all;
    }

    static List<Finding> of(HeadcountConfig config, Machine machine) {
        List<Finding> all = new ArrayList<>();
        if (config.has(Role.GATEWAY)) {
            files(config, machine, all);
            buffers(config, machine, all);
            backlog(config, machine, all);
        }
        return all;
    }

    /**
     * How far two clocks are apart.
     *
     * @param server whose clock this machine's is compared with
     * @param aheadMillis by which this machine's clock is ahead of the server's
     */
    public static Finding clock(HeadcountConfig config, String server, long aheadMillis) {
        String differs = "this machine's clock is %.1f s %s that of %s"
                .formatted(Math.abs(aheadMillis) / 1_000.0, aheadMillis > 0 ? "ahead of" : "behind", server);
        String advice = "set it right (chronyc makestep; see that chronyd or systemd-timesyncd runs). Counts and books"
                + " take Redis' time; the ends of tokens, the cookies' age and the log take this machine's";
        if (Math.abs(aheadMillis) <= CLOCK_LOOK_MILLIS) {
            return Finding.fine("clock", "within a second of " + server);
        }
        return Math.abs(aheadMillis) > config.auth().tokens().leewayMillis()
                ? Finding.wrong("clock", differs + ", more than auth.leewayMillis forgives", advice)
                : Finding.look("clock", differs, advice);
    }

    private static void files(HeadcountConfig config, Machine machine, List<Finding> all) {
        int sockets = config.limits().maxSockets();
        long needed = sockets + (long) OTHER_FILES;
        if (machine.maxFiles() == Machine.UNKNOWN) {
            return;
        }
        all.add(
                machine.maxFiles() >= needed
                        ? Finding.fine("files", machine.maxFiles() + " may be open, " + needed + " are needed")
                        : Finding.wrong(
                                "files",
                                "this process may open " + machine.maxFiles() + " files, and limits.maxSockets "
                                        + sockets + " wants " + needed + ": viewers would be turned away before",
                                "set LimitNOFILE=100000 in the unit (or ulimit -Hn " + needed
                                        + " before the start), or limits.maxSockets to "
                                        + Math.max(1, machine.maxFiles() - OTHER_FILES)));
    }

    private static void buffers(HeadcountConfig config, Machine machine, List<Finding> all) {
        int send = config.webSocket().sendBufferBytes();
        int receive = config.webSocket().receiveBufferBytes();
        if (cut(send, machine.maxSendBufferBytes()) || cut(receive, machine.maxReceiveBufferBytes())) {
            all.add(Finding.look(
                    "buffers",
                    "the kernel cuts websocket.sendBufferBytes " + send + " and receiveBufferBytes " + receive + " to "
                            + machine.maxSendBufferBytes() + " and " + machine.maxReceiveBufferBytes(),
                    "set net.core.wmem_max and net.core.rmem_max higher, or the keys lower"));
        }
        long each = send > 0 && receive > 0 ? send + (long) receive : machine.defaultBufferBytes();
        long full = each * config.limits().maxSockets();
        if (each > 0 && machine.tcpMemoryBytes() > 0 && full > machine.tcpMemoryBytes()) {
            all.add(Finding.look(
                    "buffers",
                    config.limits().maxSockets() + " sockets with full buffers of " + each + " bytes take " + full / MIB
                            + " MiB; the kernel begins to hold TCP back at " + machine.tcpMemoryBytes() / MIB + " MiB",
                    send > 0 && receive > 0
                            ? "fine as long as clients read what they are sent; else raise net.ipv4.tcp_mem, or lower"
                                    + " limits.maxSockets"
                            : "set websocket.sendBufferBytes and receiveBufferBytes (8192)"));
        } else {
            all.add(Finding.fine("buffers", each + " bytes a socket, " + full / MIB + " MiB if all were full"));
        }
    }

    private static void backlog(HeadcountConfig config, Machine machine, List<Finding> all) {
        int wanted = config.webSocket().acceptBacklog();
        if (cut(wanted, machine.acceptBacklog())) {
            all.add(Finding.look(
                    "backlog",
                    "the kernel cuts websocket.acceptBacklog " + wanted + " to " + machine.acceptBacklog()
                            + ": in a storm of reconnections more are refused",
                    "sysctl -w net.core.somaxconn=" + wanted + " (conf/sysctl.d/90-headcount.conf)"));
        }
    }

    private static void heap(HeadcountConfig config, Machine machine, List<Finding> all) {
        int sockets = config.has(Role.GATEWAY) ? config.limits().maxSockets() : 0;
        long least = BASE_HEAP_BYTES + sockets * SOCKET_HEAP_BYTES;
        if (machine.maxHeapBytes() < least) {
            all.add(Finding.look(
                    "heap",
                    "the heap is " + machine.maxHeapBytes() / MIB + " MiB at most, and limits.maxSockets " + sockets
                            + " wants at least " + least / MIB,
                    "start it by bin/headcount, which reckons it, or give -Xmx" + 3 * least / MIB
                            + "m; or lower limits.maxSockets"));
        }
    }

    private static boolean cut(long wanted, long granted) {
        return granted > 0 && wanted > granted;
    }
}
