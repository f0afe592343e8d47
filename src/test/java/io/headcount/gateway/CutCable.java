package io.headcount.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An address of this machine whose packets can be dropped, in both directions and without a word to either end, as when
 * a cable is pulled: a blackhole route. Needs root.
 */
final class CutCable implements AutoCloseable {
    final String address = "127.77." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(1, 255);
    private boolean cut;

    /** Whether it can be done here. */
    static boolean possible() {
        try (CutCable probe = new CutCable()) {
            probe.cut();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    void cut() {
        route("add");
        cut = true;
    }

    @Override
    public void close() {
        if (cut) {
            cut = false;
            route("del");
        }
    }

    private void route(String verb) {
        try {
            Process ip = new ProcessBuilder(
                            List.of("ip", "route", verb, "blackhole", address + "/32", "table", "local"))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(ip.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!ip.waitFor(10, TimeUnit.SECONDS) || ip.exitValue() != 0) {
                throw new IllegalStateException("ip route " + verb + ": " + said);
            }
        } catch (IOException e) {
            throw new IllegalStateException("there is no ip command", new UncheckedIOException(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
