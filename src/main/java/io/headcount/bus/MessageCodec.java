package io.headcount.bus;

import io.headcount.model.Count;
import io.headcount.model.Incarnation;
import io.headcount.model.Mode;
import io.headcount.model.Repair;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The one codec: compact and explicit, so that a peer's bytes can only ever become one of these few records. */
final class MessageCodec implements io.vertx.core.eventbus.MessageCodec<Message, Message> {
    private static final byte COUNTS = 1;
    private static final byte VERIFY = 2;
    private static final byte REPAIRED = 3;
    private static final byte HELLO = 4;
    private static final byte ENDINGS = 5;
    private static final byte NODE_STATUS = 6;

    @Override
    public void encodeToWire(Buffer out, Message message) {
        if (message instanceof Message.Counts m) {
            out.appendByte(COUNTS);
            putText(out, m.fromNode());
            out.appendInt(m.counts().size());
            m.counts().forEach(count -> putCount(out, count));
        } else if (message instanceof Message.Verify m) {
            out.appendByte(VERIFY);
            putText(out, m.stream());
            putText(out, m.incarnation().toString());
            putText(out, m.cause());
        } else if (message instanceof Message.Repaired m) {
            out.appendByte(REPAIRED);
            putRepair(out, m.repair());
        } else if (message instanceof Message.Hello m) {
            out.appendByte(HELLO);
            putText(out, m.node());
            out.appendByte((byte) (m.draining() ? 1 : 0));
            out.appendShort((short) m.roles().size());
            m.roles().forEach(role -> putText(out, role));
        } else if (message instanceof Message.Endings m) {
            out.appendByte(ENDINGS);
            putTexts(out, m.ended());
            putTexts(out, m.reopened());
        } else if (message instanceof Message.NodeStatus m) {
            out.appendByte(NODE_STATUS);
            putStatus(out, m);
        } else {
            throw new IllegalArgumentException("a local message was sent to another node: "
                    + message.getClass().getSimpleName());
        }
    }

    @Override
    public Message decodeFromWire(int position, Buffer buffer) {
        Reader in = new Reader(buffer, position);
        byte kind = in.readByte();
        return switch (kind) {
            case COUNTS -> new Message.Counts(in.text(), in.counts());
            case VERIFY -> new Message.Verify(in.text(), Incarnation.parse(in.text()), in.text());
            case REPAIRED -> new Message.Repaired(in.repair());
            case HELLO -> in.hello();
            case ENDINGS -> new Message.Endings(in.texts(), in.texts());
            case NODE_STATUS -> in.status();
            default ->
                throw new IllegalArgumentException(
                        "unknown message kind " + kind + ": is another version of Headcount in this cluster?");
        };
    }

    @Override
    public Message transform(Message message) {
        return message;
    }

    @Override
    public String name() {
        return "headcount";
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }

    private static void putText(Buffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.appendShort((short) bytes.length).appendBytes(bytes);
    }

    private static void putTexts(Buffer out, List<String> texts) {
        out.appendInt(texts.size());
        texts.forEach(text -> putText(out, text));
    }

    private static void putCount(Buffer out, Count count) {
        putText(out, count.stream());
        out.appendLong(count.viewers())
                .appendLong(count.sessions())
                .appendLong(count.peakViewers())
                .appendLong(count.peakAtMillis())
                .appendLong(count.asOfMillis())
                .appendLong(count.revision())
                .appendByte((byte) (count.mode() == Mode.EXACT ? 0 : 1));
    }

    private static void putRepair(Buffer out, Repair repair) {
        putText(out, repair.stream());
        putText(out, repair.node());
        out.appendLong(repair.before())
                .appendLong(repair.after())
                .appendLong(repair.added())
                .appendLong(repair.removed());
        putText(out, repair.cause());
        out.appendLong(repair.durationMillis()).appendLong(repair.atMillis());
    }

    private static void putStatus(Buffer out, Message.NodeStatus status) {
        putText(out, status.node());
        putText(out, status.version());
        putText(out, status.life());
        putTexts(out, List.copyOf(status.roles()));
        out.appendLong(status.sockets())
                .appendLong(status.streamsOwned())
                .appendLong(status.joins())
                .appendLong(status.leaves())
                .appendLong(status.heapUsedBytes())
                .appendLong(status.heapMaxBytes())
                .appendLong(status.loopLagMillis());
        putTexts(out, List.copyOf(status.checks().keySet()));
        putTexts(out, List.copyOf(status.checks().values()));
    }

    /** Reads forward through a buffer. */
    private static final class Reader {
        private static final int STATUS_NUMBERS = 7;

        private final Buffer buffer;
        private int position;

        Reader(Buffer buffer, int position) {
            this.buffer = buffer;
            this.position = position;
        }

        byte readByte() {
            return buffer.getByte(position++);
        }

        long readLong() {
            long value = buffer.getLong(position);
            position += Long.BYTES;
            return value;
        }

        int readShort() {
            int value = buffer.getUnsignedShort(position);
            position += Short.BYTES;
            return value;
        }

        String text() {
            int length = readShort();
            String text = new String(buffer.getBytes(position, position + length), StandardCharsets.UTF_8);
            position += length;
            return text;
        }

        List<String> texts() {
            int size = buffer.getInt(position);
            position += Integer.BYTES;
            List<String> texts = new ArrayList<>(Math.min(size, 1024));
            for (int i = 0; i < size; i++) {
                texts.add(text());
            }
            return texts;
        }

        List<Count> counts() {
            int size = buffer.getInt(position);
            position += Integer.BYTES;
            List<Count> counts = new ArrayList<>(Math.min(size, 1024));
            for (int i = 0; i < size; i++) {
                counts.add(new Count(
                        text(),
                        readLong(),
                        readLong(),
                        readLong(),
                        readLong(),
                        readLong(),
                        readLong(),
                        readByte() == 0 ? Mode.EXACT : Mode.DEGRADED));
            }
            return counts;
        }

        Repair repair() {
            return new Repair(
                    text(), text(), readLong(), readLong(), readLong(), readLong(), text(), readLong(), readLong());
        }

        Message.Hello hello() {
            String node = text();
            boolean draining = readByte() != 0;
            int size = readShort();
            Set<String> roles = new LinkedHashSet<>();
            for (int i = 0; i < size; i++) {
                roles.add(text());
            }
            return new Message.Hello(node, roles, draining);
        }

        Message.NodeStatus status() {
            String node = text();
            String version = text();
            String life = text();
            Set<String> roles = new LinkedHashSet<>(texts());
            long[] numbers = new long[STATUS_NUMBERS];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = readLong();
            }
            List<String> names = texts();
            List<String> findings = texts();
            Map<String, String> checks = new TreeMap<>();
            for (int i = 0; i < names.size(); i++) {
                checks.put(names.get(i), findings.get(i));
            }
            return new Message.NodeStatus(
                    node,
                    version,
                    life,
                    roles,
                    numbers[0],
                    numbers[1],
                    numbers[2],
                    numbers[3],
                    numbers[4],
                    numbers[5],
                    numbers[6],
                    checks);
        }
    }
}
