package io.headcount.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Viewers in a process of their own, that can be stopped with SIGSTOP. Arguments: port, how many. Ends with its input. */
final class HeldViewers {
    private HeldViewers() {}

    public static void main(String[] arguments) throws IOException {
        List<RawViewer> viewers = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            RawViewer viewer = RawViewer.connect(Integer.parseInt(arguments[0]))
                    .handshake("/v1/streams/held/watch?user=held-" + i);
            viewer.readText();
            viewers.add(viewer);
        }
        System.out.println("ready");
        System.out.flush();
        int end = System.in.read();
        System.exit(end < 0 ? 0 : viewers.size());
    }
}
