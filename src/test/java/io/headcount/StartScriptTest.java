package io.headcount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/headcount} decides, on JDKs of many kinds (none of which is started). */
class StartScriptTest {
    private static final Pattern HEAP = Pattern.compile("-Xmx(\\d+)m");

    @TempDir
    private Path folder;

    private Path script;

    @BeforeEach
    void unpack() throws IOException {
        Files.createDirectories(folder.resolve("package/bin"));
        Files.createDirectories(folder.resolve("package/conf"));
        script = Files.copy(Path.of("src/main/dist/bin/headcount"), folder.resolve("package/bin/headcount"));
        Files.copy(Path.of("conf/headcount.yaml"), folder.resolve("package/conf/headcount.yaml"));
    }

    @Test
    void takesCompactHeadersAndTheGenerationalCollectorOnJdk25Only() throws Exception {
        assertThat(shown(jdk("25.0.3"), "8000", "node"))
                .contains("-XX:+UseCompactObjectHeaders", "-XX:ShenandoahGCMode=generational")
                .contains("--enable-native-access=ALL-UNNAMED");
        assertThat(shown(jdk("17.0.15"), "8000", "node"))
                .doesNotContain("Compact", "Shenandoah", "native-access")
                .containsPattern("UseG1GC|UseSerialGC");
    }

    @Test
    void givesTheHeapWhatTheSocketsNeedAndNoMore() throws Exception {
        // (200 + 60,000 * 1,740 / 1,048,576) * 3; the same with 1,220 bytes on 25.
        assertThat(heap(shown(jdk("17.0.15"), "16000", "node"))).isEqualTo(897);
        assertThat(heap(shown(jdk("25.0.3"), "16000", "node"))).isEqualTo(807);
        Files.writeString(folder.resolve("few.yaml"), "limits:\n  maxSockets: 6000 # few\nhttp:\n  port: 1\n");
        assertThat(heap(shown(jdk("17.0.15"), "16000", "node", "--config", folder + "/few.yaml")))
                .isEqualTo(627);
    }

    @Test
    void leavesTheKernelItsShareOfLittleMemoryAndSaysWhenItIsTooLittle() throws Exception {
        // 2200 - 400 - 60,000 * 16 / 1024
        assertThat(heap(shown(jdk("17.0.15"), "2200", "node"))).isEqualTo(863);

        assertThat(shown(jdk("17.0.15"), "1000", "node"))
                .contains("1000 MiB of memory are little for limits.maxSockets 60000", "1785 MiB");
    }

    @Test
    void hasItsOwnConfigurationByDefaultAndThePathOfALinkIsFollowed() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("headcount"), script);
        script = link;

        assertThat(shown(jdk("17.0.15"), "8000", "doctor"))
                .contains("io.headcount.Headcount doctor --config "
                        + folder.toRealPath().resolve("package/conf/headcount.yaml"));
        assertThat(shown(jdk("17.0.15"), "8000", "load", "--viewers", "5"))
                .endsWith("io.headcount.Headcount load --viewers 5\n");
    }

    @Test
    void refusesAnOldJavaAndAJavaHomeWithoutOne() throws Exception {
        assertThat(shown(jdk("11.0.2"), "8000", "node")).contains("is Java 11; 17 or newer is needed");
        assertThat(shown(folder, "8000", "node")).contains("there is no bin/java");
    }

    private static int heap(String shown) {
        Matcher heap = HEAP.matcher(shown);
        assertThat(heap.find()).as(shown).isTrue();
        return Integer.parseInt(heap.group(1));
    }

    /** A JDK as far as the script looks at it: a file {@code release}, and a program that likes every flag. */
    private Path jdk(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("jdk-" + version));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nexit 0\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home;
    }

    /** Standard output and error of the script that only shows what it would run. */
    private String shown(Path javaHome, String memoryMib, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> own = new HashMap<>(Map.of("PATH", cpus() + ":" + System.getenv("PATH")));
        own.put("JAVA_HOME", javaHome.toString());
        own.put("HEADCOUNT_JAVA_SHOW", "true");
        own.put("HEADCOUNT_JAVA_MEMORY_MIB", memoryMib);
        builder.environment().clear();
        builder.environment().putAll(own);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** A machine of eight cores, whatever this one has. */
    private Path cpus() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path nproc = Files.writeString(bin.resolve("nproc"), "#!/bin/sh\necho 8\n");
        assertThat(nproc.toFile().setExecutable(true)).isTrue();
        return bin;
    }
}
