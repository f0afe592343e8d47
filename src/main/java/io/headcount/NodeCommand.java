package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code headcount node}: runs a node until SIGTERM or SIGINT. */
@Command(name = "node", description = "Runs a node until it is told to stop.", mixinStandardHelpOptions = true)
final class NodeCommand extends Configured {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 12;
    private static final Systemd SYSTEMD = Systemd.ofThisProcess();

    @Override
    int run(HeadcountConfig config, Path folder) {
        Node node = new Node(config, folder);
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> stopWithCodeZero(node, ended), "headcount-stop");
        try {
            node.start().toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
            Runtime.getRuntime().addShutdownHook(hook);
            LOG.info(
                    "serving node={} public=http://{}:{}/ management=http://{}:{}/",
                    config.nodeId(),
                    config.http().host(),
                    config.http().port(),
                    config.management().host(),
                    config.management().port());
            SYSTEMD.ready("serving viewers at port " + config.http().port());
            ended.await();
            return 0;
        } catch (ExecutionException e) {
            LOG.error("the node could not start: {}", reason(e.getCause()));
            LOG.debug("details", e.getCause());
        } catch (TimeoutException e) {
            LOG.error(
                    "the node could not start within {} s; the lines above say what it was waiting for", START_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop(node, ended);
        return 1;
    }

    /**
     * A JVM that a signal ends says 128 + the signal, whatever its hooks did. Who asked the node to stop, and whose viewers
     * were sent away in order, is told that all went well.
     */
    private static void stopWithCodeZero(Node node, CountDownLatch ended) {
        SYSTEMD.stopping();
        if (stop(node, ended)) {
            Runtime.getRuntime().halt(0);
        }
    }

    /** Whether all went in order. */
    private static boolean stop(Node node, CountDownLatch ended) {
        try {
            node.stop().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
            for (Future<Void> closed : node.close()) {
                closed.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
            }
            LOG.info("stopped");
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the node did not stop in order; what it left is reaped by the others reason={}", reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
        return false;
    }
}
