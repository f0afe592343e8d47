package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.gateway.Injector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * A node whose viewers are injected: sessions without a socket, opened and closed where sockets are. It is told what to do
 * by lines over a connection that it makes to the port in {@code INJECT_PORT}, and ends with that.
 */
@Command(name = "inject")
final class InjectMain extends Configured {
    private static final int START_SECONDS = 120;

    /** As {@code headcount node --config FILE}. */
    public static void main(String[] arguments) {
        String[] options = {arguments[1], arguments[2]};
        Runtime.getRuntime().halt(new CommandLine(new InjectMain()).execute(options));
    }

    @Override
    int run(HeadcountConfig config, Path folder) {
        Node node = new Node(config, folder);
        int port = Integer.parseInt(System.getenv("INJECT_PORT"));
        try {
            node.start().toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                obey(socket, new Injector(node.gateway()));
            }
            return 0;
        } catch (Exception e) {
            e.printStackTrace();
            return 1;
        }
    }

    private static void obey(Socket socket, Injector injector) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        PrintWriter answers = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = injector.obey(line.split(" ", -1));
            } catch (Exception e) {
                e.printStackTrace();
                answer = "error=" + e.toString().replace(' ', '_');
            }
            answers.println(answer);
        }
    }
}
