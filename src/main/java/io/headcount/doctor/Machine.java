package io.headcount.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What kernel and JVM grant this process. Where a value cannot be read it is {@link #UNKNOWN}, and nothing is said of it.
 *
 * @param maxFiles open files of this process at most
 * @param maxHeapBytes of this JVM
 * @param acceptBacklog {@code net.core.somaxconn}
 * @param maxSendBufferBytes {@code net.core.wmem_max}: what is asked for beyond it is cut
 * @param maxReceiveBufferBytes {@code net.core.rmem_max}
 * @param defaultBufferBytes what a socket has both ways that asks for nothing ({@code tcp_wmem} and {@code tcp_rmem})
 * @param tcpMemoryBytes of all TCP sockets together, above which the kernel holds back ({@code tcp_mem}, the second)
 */
public record Machine(
        long maxFiles,
        long maxHeapBytes,
        long acceptBacklog,
        long maxSendBufferBytes,
        long maxReceiveBufferBytes,
        long defaultBufferBytes,
        long tcpMemoryBytes) {
    static final long UNKNOWN = -1;
    private static final long PAGE_BYTES = 4_096;
    private static final int MOST_BYTES = 256;

    /** This one. */
    public static Machine here() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN;
        long send = kernel("ipv4/tcp_wmem", 1);
        long receive = kernel("ipv4/tcp_rmem", 1);
        long pages = kernel("ipv4/tcp_mem", 1);
        return new Machine(
                files,
                Runtime.getRuntime().maxMemory(),
                kernel("core/somaxconn", 0),
                kernel("core/wmem_max", 0),
                kernel("core/rmem_max", 0),
                send == UNKNOWN || receive == UNKNOWN ? UNKNOWN : send + receive,
                pages == UNKNOWN ? UNKNOWN : pages * PAGE_BYTES);
    }

    private static long kernel(String name, int field) {
        byte[] all = new byte[MOST_BYTES];
        try (InputStream in = Files.newInputStream(Path.of("/proc/sys/net", name))) {
            // At once: to a second read the kernel says that nothing is left, however little the first one took.
            int length = in.read(all);
            String[] fields = new String(all, 0, Math.max(0, length), StandardCharsets.US_ASCII)
                    .trim()
                    .split("\\s+", -1);
            return Long.parseLong(fields[field]);
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            // Not Linux, or hidden in a container (net.core often is): said of nothing.
            return UNKNOWN;
        }
    }
}
