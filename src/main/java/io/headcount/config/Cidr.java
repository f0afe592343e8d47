package io.headcount.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A network: an address and how many of its first bits count. Written as {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or
 * an address alone. Names are not looked up: what a node trusts must not depend on what DNS says at the time.
 *
 * @param address of the network; its other bits do not matter
 * @param bits 0 to 32, or to 128
 */
public record Cidr(InetAddress address, int bits) {
    // With these forms InetAddress never asks DNS.
    private static final Pattern V4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.|$)){4}(?<!\\.)");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /**
     * A network as it is written.
     *
     * @throws IllegalArgumentException for anything else, a name included
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
        int most = address.getAddress().length * Byte.SIZE;
        if (slash < 0) {
            return new Cidr(address, most);
        }
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > most) {
            throw new IllegalArgumentException(text + ": the length of the prefix is 0 to " + most);
        }
        return new Cidr(address, Integer.parseInt(length));
    }

    private static InetAddress literal(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            throw new IllegalArgumentException(text + ": no address");
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text + ": no address", e);
        }
    }

    /** Whether an address is in this network. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int mask = 0xFF00 >> bits % Byte.SIZE & 0xFF;
        return mask == 0 || (mine[whole] & mask) == (theirs[whole] & mask);
    }
}
