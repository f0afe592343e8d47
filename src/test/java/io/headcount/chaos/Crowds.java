package io.headcount.chaos;

import io.headcount.dev.ChildProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The crowds' processes: what they are told, and, to the {@link Oracle}, what they tell. */
final class Crowds implements AutoCloseable {
    private static final int STARTS_WITHIN_MILLIS = 30_000;

    private final Oracle oracle;
    private final List<ChildProcess> processes = new ArrayList<>();
    private final Socket[] sockets;
    private final ServerSocket control;

    private Crowds(int count, Oracle oracle) throws IOException {
        this.oracle = oracle;
        this.sockets = new Socket[count];
        this.control = new ServerSocket(0, count, InetAddress.getLoopbackAddress());
        control.setSoTimeout(STARTS_WITHIN_MILLIS);
    }

    static Crowds start(CrowdPlan plan, Oracle oracle, Path folder) {
        try {
            Crowds crowds = new Crowds(plan.crowds(), oracle);
            for (int i = 0; i < plan.crowds(); i++) {
                crowds.processes.add(ChildProcess.start(new ChildProcess.Spec(
                        "crowd-" + i,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlogback.configurationFile=io/headcount/load/logback.xml",
                                "-cp",
                                classpath(),
                                CrowdPeer.class.getName(),
                                Integer.toString(crowds.control.getLocalPort()),
                                Integer.toString(i),
                                plan.format()),
                        Path.of("").toAbsolutePath(),
                        Map.of(),
                        folder.resolve("crowd-" + i + ".log"),
                        "KILL")));
            }
            for (int i = 0; i < plan.crowds(); i++) {
                crowds.accept();
            }
            return crowds;
        } catch (IOException e) {
            throw new UncheckedIOException("a crowd did not start: " + e.getMessage(), e);
        }
    }

    /** As the build wrote it down: a test's own class path may be a jar that names others. */
    private static String classpath() throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        String libraries =
                Files.readString(target.resolve("classpath-test.txt")).strip();
        return String.join(
                File.pathSeparator,
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString(),
                libraries);
    }

    int count() {
        return processes.size();
    }

    ChildProcess process(int crowd) {
        return processes.get(crowd);
    }

    /** So many watchers in all; ones that are too few come, ones that are too many leave. */
    void size(int watchers) {
        for (int i = 0; i < count(); i++) {
            tell(i, "size " + (watchers * (i + 1) / count() - watchers * i / count()));
        }
    }

    /** So many watchers leave and as many others come, a second in all; 0 for none. */
    void churn(double perSecond) {
        tellAll("churn " + perSecond / count());
    }

    /** Tabs that a fault drove to other nodes go back. */
    void home() {
        tellAll("home");
    }

    /** Every tab resets its connection and comes back at once. */
    void again() {
        tellAll("again");
    }

    @Override
    public void close() {
        processes.forEach(ChildProcess::kill);
        try {
            control.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tellAll(String command) {
        for (int i = 0; i < count(); i++) {
            tell(i, command);
        }
    }

    private void tell(int crowd, String command) {
        try {
            oracle.told(crowd);
            sockets[crowd].getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("a process of viewers died", e);
        }
    }

    private void accept() throws IOException {
        Socket socket = control.accept();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        int crowd = Integer.parseInt(lines.readLine().substring(2));
        sockets[crowd] = socket;
        Thread reader = new Thread(() -> readAll(crowd, lines), "crowd-" + crowd);
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll(int crowd, BufferedReader lines) {
        try (lines) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                oracle.hear(crowd, line);
            }
        } catch (IOException e) {
            oracle.deaf(crowd, e.getMessage());
        }
    }
}
