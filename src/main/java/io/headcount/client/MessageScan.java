package io.headcount.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Finds single fields in a server message without reading it as JSON: a load generator receives tens of thousands of
 * counts a second and wants the number only. Ids hold no quotes or backslashes, so a search for {@code "name":} cannot
 * hit inside a value.
 */
final class MessageScan {
    /** A message without a {@code type}. */
    static final byte UNKNOWN = 0;

    private static final byte[] TYPE = field("type", "\"");
    private static final byte[] VIEWERS = field("viewers", "");
    private static final byte[] AFTER_MILLIS = field("afterMillis", "");
    private static final byte[] SESSION = field("session", "\"");
    private static final byte[] EXACT = field("mode", "\"exact\"");

    private MessageScan() {}

    /** The first letter of the message's type ({@code welcome}, {@code count}, {@code reconnect}, …). */
    static byte type(ByteBuf text) {
        int at = after(text, TYPE);
        return at < 0 || at >= text.writerIndex() ? UNKNOWN : text.getByte(at);
    }

    /** The count, or -1. */
    static long viewers(ByteBuf text) {
        return number(text, VIEWERS);
    }

    /** The wait of a {@code reconnect}, or -1. */
    static long afterMillis(ByteBuf text) {
        return number(text, AFTER_MILLIS);
    }

    /** The session of a {@code welcome}, or {@code null}. */
    static String session(ByteBuf text) {
        int start = after(text, SESSION);
        if (start < 0) {
            return null;
        }
        int end = text.indexOf(start, text.writerIndex(), (byte) '"');
        return end < 0 ? null : text.toString(start, end - start, StandardCharsets.US_ASCII);
    }

    /** Whether the message says {@code "mode":"exact"}. */
    static boolean exact(ByteBuf text) {
        return after(text, EXACT) >= 0;
    }

    private static long number(ByteBuf text, byte[] field) {
        int at = after(text, field);
        if (at < 0) {
            return -1;
        }
        long value = 0;
        int digits = 0;
        for (; at < text.writerIndex() && digits < 18; at++, digits++) {
            int digit = text.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit;
        }
        return digits == 0 ? -1 : value;
    }

    /** The index behind {@code wanted}, or -1. */
    private static int after(ByteBuf text, byte[] wanted) {
        int last = text.writerIndex() - wanted.length;
        for (int i = text.readerIndex(); i <= last; i++) {
            i = text.indexOf(i, last + 1, wanted[0]);
            if (i < 0) {
                return -1;
            }
            if (matches(text, i, wanted)) {
                return i + wanted.length;
            }
        }
        return -1;
    }

    private static boolean matches(ByteBuf text, int at, byte[] wanted) {
        for (int i = 1; i < wanted.length; i++) {
            if (text.getByte(at + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] field(String name, String more) {
        return ("\"" + name + "\":" + more).getBytes(StandardCharsets.US_ASCII);
    }
}
