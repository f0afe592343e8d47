package io.headcount.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * RFC 6455 case by case, in the groups of the Autobahn test suite: each is sent at once and byte by byte. Ours is no
 * echo server: a text that is understood is a ping in JSON, with whatever else in it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketCasesIT {
    private static final int TEXT = 0x81;
    private static final int TEXT_BEGINS = 0x01;
    private static final int GOES_ON = 0x00;
    private static final int ENDS = 0x80;
    private static final String PONG_TEXT = "text {\"type\":\"pong\"}";
    private static final byte[] LAST = ascii("that was all");

    private RunningGateway running;

    /** @param answers all that the server says: {@code text …}, {@code pong HEX}, {@code close CODE} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Case(String id, String what, byte[] sent, List<String> answers) {
        boolean closes() {
            return !answers.isEmpty() && answers.get(answers.size() - 1).startsWith("close");
        }

        @Override
        public String toString() {
            return id + " " + what;
        }
    }

    @BeforeAll
    void start() {
        running = new RunningGateway("limits.maxMessagesPerSecond", 1_000);
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersAtOnce(Case one) {
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();

            viewer.send(one.sent);

            assertThat(answers(viewer, one)).isEqualTo(one.answers);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersByteByByte(Case one) {
        try (RawViewer viewer = running.connect("/v1/streams/s/watch?user=u")) {
            viewer.readText();

            for (byte b : one.sent) {
                if (!viewer.tryWrite(new byte[] {b})) {
                    break;
                }
            }

            assertThat(answers(viewer, one)).isEqualTo(one.answers);
        }
    }

    /** What comes up to the Close, or up to the answer to a last ping that shows that the socket lives. */
    private static List<String> answers(RawViewer viewer, Case one) {
        if (!one.closes()) {
            viewer.send(RawViewer.PING, LAST);
        }
        List<String> answers = new ArrayList<>();
        for (RawViewer.Frame frame = viewer.read(); frame != null; frame = viewer.read()) {
            if (frame.first() == RawViewer.CLOSE) {
                answers.add("close " + frame.closeCode());
                return answers;
            }
            String pong = "pong " + HexFormat.of().formatHex(frame.payload());
            if (frame.first() == RawViewer.PONG
                    && pong.equals("pong " + HexFormat.of().formatHex(LAST))) {
                return answers;
            }
            // Counts of a stream without an owner become degraded after a while.
            if (frame.first() == RawViewer.PONG) {
                answers.add(pong);
            } else if (!frame.text().contains("\"count\"")) {
                answers.add("text " + frame.text());
            }
        }
        answers.add("end without a close");
        return answers;
    }

    static Stream<Case> cases() {
        return Stream.of(framing(), pings(), reserved(), fragments(), utf8(), closes(), sizes())
                .flatMap(group -> group);
    }

    private static Stream<Case> framing() {
        return Stream.of(0, 60, 90, 91, 92, 93, 200, 900)
                .map(pad ->
                        text("1." + pad, "a text of " + ping(pad).length + " bytes", RawViewer.frame(TEXT, ping(pad))));
    }

    private static Stream<Case> pings() {
        byte[] most = new byte[125];
        ByteArrayOutputStream ten = new ByteArrayOutputStream();
        List<String> tenPongs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ten.writeBytes(RawViewer.frame(RawViewer.PING, new byte[] {(byte) i}));
            tenPongs.add("pong 0" + i);
        }
        return Stream.of(
                answered("2.1", "an empty ping", List.of("pong "), RawViewer.frame(RawViewer.PING, new byte[0])),
                answered(
                        "2.2",
                        "a ping of bytes",
                        List.of("pong 00fffe"),
                        RawViewer.frame(RawViewer.PING, hex("00fffe"))),
                answered(
                        "2.4",
                        "a ping of 125 bytes",
                        List.of("pong " + "00".repeat(125)),
                        RawViewer.frame(RawViewer.PING, most)),
                closed("2.5", "a ping of 126 bytes", 1002, RawViewer.frame(RawViewer.PING, new byte[126])),
                answered("2.7", "an unasked pong", List.of(), RawViewer.frame(RawViewer.PONG, ascii("x"))),
                answered("2.10", "ten pings", tenPongs, ten.toByteArray()));
    }

    private static Stream<Case> reserved() {
        Stream<Case> bits = Stream.of(0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70)
                .flatMap(bit -> Stream.of(TEXT, RawViewer.PING, RawViewer.CLOSE)
                        .map(first -> closed(
                                "3." + bit,
                                "reserved bits in " + first,
                                1002,
                                RawViewer.frame(first | bit, new byte[0]))));
        Stream<Case> opcodes = Stream.of(3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
                .map(opcode -> closed(
                        "4." + opcode, "reserved opcode " + opcode, 1002, RawViewer.frame(0x80 | opcode, new byte[0])));
        return Stream.concat(
                Stream.concat(bits, opcodes),
                Stream.of(
                        closed("4.0", "an unmasked text", 1002, new byte[] {(byte) 0x81, 1, 'x'}),
                        closed("4.1", "an unmasked ping", 1002, new byte[] {(byte) 0x89, 0}),
                        closed("4.2", "a binary message", 1003, RawViewer.frame(0x82, new byte[] {1})),
                        closed("4.2b", "a binary fragment", 1003, RawViewer.frame(0x02, new byte[] {1}))));
    }

    private static Stream<Case> fragments() {
        byte[] begin = RawViewer.frame(TEXT_BEGINS, ascii("{\"type\":"));
        byte[] end = RawViewer.frame(ENDS, ascii("\"ping\"}"));
        byte[] nothing = RawViewer.frame(GOES_ON, new byte[0]);
        byte[] ping = RawViewer.frame(RawViewer.PING, ascii("p"));
        ByteArrayOutputStream single = new ByteArrayOutputStream();
        byte[] letters = ascii("{\"type\":\"ping\"}");
        for (int i = 0; i < letters.length; i++) {
            int first = i == 0 ? TEXT_BEGINS : i < letters.length - 1 ? GOES_ON : ENDS;
            single.writeBytes(RawViewer.frame(first, new byte[] {letters[i]}));
        }
        return Stream.of(
                closed("5.1", "a ping in fragments", 1002, RawViewer.frame(0x09, new byte[0])),
                closed("5.2", "a pong in fragments", 1002, RawViewer.frame(0x0A, new byte[0])),
                closed("5.2b", "a close in fragments", 1002, RawViewer.frame(0x08, new byte[0])),
                text("5.3", "a text in two", begin, end),
                answered("5.6", "a ping between fragments", List.of("pong 70", PONG_TEXT), begin, ping, end),
                answered(
                        "5.8",
                        "many of each",
                        List.of("pong 70", "pong 70", PONG_TEXT),
                        begin,
                        ping,
                        nothing,
                        ping,
                        nothing,
                        end),
                closed("5.9", "a continuation of nothing that ends", 1002, end),
                closed("5.11", "a continuation of nothing that goes on", 1002, nothing),
                closed("5.12", "a continuation after the end", 1002, List.of(PONG_TEXT), begin, end, end),
                text("5.15", "only empty fragments but for two", begin, nothing, nothing, nothing, end),
                text("5.16", "a letter a fragment", single.toByteArray()),
                closed("5.18", "a text within a text", 1002, begin, RawViewer.frame(TEXT, ascii("x"))),
                closed("5.18b", "a fragmented text within a text", 1002, begin, begin),
                answered("5.19", "a close between fragments", List.of("close 1000"), begin, close(1000, "")));
    }

    private static Stream<Case> utf8() {
        Stream<Case> good = Stream.of(
                        "ceba e1bdb9 cf83 cebc ceb5",
                        "7f",
                        "c280",
                        "dfbf",
                        "e0a080",
                        "ed9fbf",
                        "ee8080",
                        "efbfbd",
                        "efbfbe",
                        "efbfbf",
                        "f0908080",
                        "f48fbfbf",
                        "f09f918b",
                        "efb790",
                        "cc81",
                        "ec8b9c ec b2ad")
                .map(sample -> text("6.good", "valid: " + sample, RawViewer.frame(TEXT, pingWith(hex(sample)))));
        Stream<Case> bad = Stream.of(
                        "80",
                        "bf",
                        "c0af",
                        "c1bf",
                        "c2",
                        "e080af",
                        "e09fbf",
                        "eda080",
                        "edbfbf",
                        "edb080edb080",
                        "e282",
                        "f08080af",
                        "f08fbfbf",
                        "f4908080",
                        "f5808080",
                        "f8888080 80",
                        "fc84808080 80",
                        "fe",
                        "ff",
                        "c0",
                        "e0",
                        "f0",
                        "ceba80",
                        "f09f91")
                .flatMap(sample -> Stream.of(
                        closed("6.bad", "invalid: " + sample, 1007, RawViewer.frame(TEXT, pingWith(hex(sample)))),
                        closed(
                                "6.bad",
                                "invalid, in fragments: " + sample,
                                1007,
                                fragmentsOfOne(pingWith(hex(sample))))));
        byte[] split = pingWith(hex("f09f918b"));
        return Stream.concat(
                Stream.concat(good, bad),
                Stream.of(
                        text("6.2", "a character split over fragments", fragmentsOfOne(split)),
                        closed("6.3", "cut off at the very end", 1007, RawViewer.frame(TEXT, hex("7b22f09f91"))),
                        closed(
                                "6.4",
                                "a surrogate pair split over fragments",
                                1007,
                                RawViewer.frame(TEXT_BEGINS, hex("eda0bd")),
                                RawViewer.frame(ENDS, hex("edb18b")))));
    }

    private static Stream<Case> closes() {
        Stream<Case> good = Stream.of(
                        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
                .map(code -> closed("7.7", "close " + code, code, close(code, "")));
        Stream<Case> bad = Stream.of(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
                .map(code -> closed("7.9", "close " + code, 1002, close(code, "")));
        byte[] ping = RawViewer.frame(RawViewer.PING, ascii("late"));
        return Stream.concat(
                Stream.concat(good, bad),
                Stream.of(
                        closed("7.1", "a ping after the close", 1000, close(1000, ""), ping),
                        closed("7.1b", "a second close", 1000, close(1000, ""), close(1002, "")),
                        closed("7.3.1", "a close of nothing", 0, RawViewer.frame(RawViewer.CLOSE, new byte[0])),
                        closed("7.3.2", "a close of one byte", 1002, RawViewer.frame(RawViewer.CLOSE, new byte[1])),
                        closed("7.3.4", "a close with a reason", 1000, close(1000, "bye")),
                        closed("7.3.5", "a reason of 123 bytes", 1000, close(1000, "x".repeat(123))),
                        closed("7.3.6", "a reason of 124 bytes", 1002, close(1000, "x".repeat(124))),
                        closed(
                                "7.5",
                                "a reason that is not UTF-8",
                                1007,
                                RawViewer.frame(RawViewer.CLOSE, hex("03e8eda080")))));
    }

    private static Stream<Case> sizes() {
        byte[] most = ping(1_024 - ping(0).length);
        byte[] more = ping(1_025 - ping(0).length);
        byte[] half = new byte[600];
        return Stream.of(
                text("9.1", "1,024 bytes", RawViewer.frame(TEXT, most)),
                text("9.2", "1,024 bytes in fragments of one", fragmentsOfOne(most)),
                closed("9.3", "1,025 bytes", 1009, RawViewer.frame(TEXT, more)),
                closed(
                        "9.4",
                        "1,200 bytes in two",
                        1009,
                        RawViewer.frame(TEXT_BEGINS, half),
                        RawViewer.frame(ENDS, half)),
                closed("9.5", "65,536 bytes announced", 1009, hex("81ff 0000000000010000")),
                closed("9.6", "2^62 bytes announced", 1009, hex("81ff 4000000000000000")),
                closed("9.7", "2^63 bytes announced", 1002, hex("81ff 8000000000000000")),
                closed("9.8", "-1 bytes announced", 1002, hex("81ff ffffffffffffffff")),
                closed("9.9", "5 bytes announced in 16 bits", 1002, hex("81fe 0005 01020304")),
                closed("9.10", "200 bytes announced in 64 bits", 1002, hex("81ff 00000000000000c8")),
                closed("9.11", "JSON nested as deep as it goes", 1008, thrice(ascii("[".repeat(1_024)))),
                closed("9.12", "objects nested as deep as they go", 1008, thrice(ascii("{\"a\":".repeat(204)))),
                closed("9.13", "a number without an end", 1008, thrice(ascii("{\"type\":" + "9".repeat(1_000) + "}"))),
                closed("9.14", "a number that is too large", 1008, thrice(ascii("{\"type\":1e999999999}"))),
                closed("9.15", "NUL for JSON", 1008, thrice(new byte[1_000])));
    }

    // --- how a case is made

    private static Case text(String id, String what, byte[]... frames) {
        return answered(id, what, List.of(PONG_TEXT), frames);
    }

    private static Case answered(String id, String what, List<String> answers, byte[]... frames) {
        return new Case(id, what, together(frames), answers);
    }

    private static Case closed(String id, String what, int code, byte[]... frames) {
        return closed(id, what, code, List.of(), frames);
    }

    private static Case closed(String id, String what, int code, List<String> before, byte[]... frames) {
        List<String> answers = new ArrayList<>(before);
        answers.add("close " + code);
        return new Case(id, what, together(frames), List.copyOf(answers));
    }

    private static byte[] close(int code, String reason) {
        return RawViewer.frame(RawViewer.CLOSE, together(new byte[] {(byte) (code >>> 8), (byte) code}, ascii(reason)));
    }

    private static byte[] thrice(byte[] message) {
        byte[] frame = RawViewer.frame(TEXT, message);
        return together(frame, frame, frame);
    }

    private static byte[] ping(int pad) {
        return pingWith("x".repeat(pad).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] pingWith(byte[] note) {
        return together(ascii("{\"type\":\"ping\",\"n\":\""), note, ascii("\"}"));
    }

    private static byte[] fragmentsOfOne(byte[] message) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < message.length; i++) {
            int first = i == 0 ? TEXT_BEGINS : i < message.length - 1 ? GOES_ON : ENDS;
            all.writeBytes(RawViewer.frame(first, new byte[] {message[i]}));
        }
        return all.toByteArray();
    }

    private static byte[] together(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
