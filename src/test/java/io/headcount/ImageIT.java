package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headcount.dev.ChildProcess;
import io.headcount.dev.NodePorts;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container image, unpacked and started in a namespace where nothing else is: as root, after {@code scripts/image}. */
class ImageIT {
    private static final Path IMAGE = Path.of("target", "headcount-image.tar").toAbsolutePath();

    @TempDir
    private static Path folder;

    private static JsonObject config;

    @BeforeAll
    static void unpack() throws IOException {
        assumeTrue(Files.exists(IMAGE), "no image was made (scripts/image): not started");
        assumeTrue(PackageIT.shell("unshare", "--mount", "true").exitCode() == 0, "not root: image not started");
        Path layers = Files.createDirectories(folder.resolve("layers"));
        Path root = Files.createDirectories(folder.resolve("root"));
        untar(IMAGE, layers);
        JsonArray manifest = new JsonArray(Buffer.buffer(Files.readAllBytes(layers.resolve("manifest.json"))));
        config = new JsonObject(Files.readString(layers.resolve("config.json"))).getJsonObject("config");
        for (Object layer : manifest.getJsonObject(0).getJsonArray("Layers")) {
            untar(layers.resolve((String) layer), root);
        }
    }

    @Test
    void startsAsNobodyInParticularServesAndStops() throws Exception {
        NodePorts ports = NodePorts.pick();
        Map<String, String> environment = PackageIT.environment(ports);
        ChildProcess migration = PackageIT.start(
                "migrate", inImage("migrate", "--config", "/etc/headcount/headcount.yaml"), environment);
        assertThat(migration.awaitExit(Duration.ofSeconds(60))).isTrue();
        assertThat(migration.exitCode()).as(migration.tail(5).toString()).isZero();

        ChildProcess node = PackageIT.start("node", inImage(strings("Cmd").toArray(String[]::new)), environment);
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> PackageIT.isReady(node, ports));
            assertThat(Files.readString(Path.of("/proc/" + node.pid() + "/status")))
                    .contains("Uid:\t65532\t65532");

            node.terminate();

            assertThat(node.awaitExit(Duration.ofSeconds(30))).isTrue();
            assertThat(node.exitCode()).as(node.tail(5).toString()).isZero();
        } finally {
            node.close();
        }
    }

    @Test
    void hasNothingButJavaAndWhatItLinksTo() {
        assertThat(folder.resolve("root/bin")).doesNotExist();
        assertThat(folder.resolve("root/usr")).doesNotExist();
        assertThat(config.getString("User")).isEqualTo("65532:65532");
    }

    /** The image's entry point, as a container runtime starts it. */
    private static List<String> inImage(String... arguments) {
        Path root = folder.resolve("root");
        String namespace = "mount --bind /dev " + root + "/dev && mount --bind /proc " + root
                + "/proc && exec chroot --userspec=" + config.getString("User") + " " + root + " \"$@\"";
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", namespace, "sh"));
        command.addAll(strings("Entrypoint"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> strings(String key) {
        return config.getJsonArray(key).stream().map(String.class::cast).toList();
    }

    private static void untar(Path archive, Path into) {
        assertThat(PackageIT.shell(
                                "tar", "--warning=no-unknown-keyword", "-xf", archive.toString(), "-C", into.toString())
                        .exitCode())
                .isZero();
    }
}
