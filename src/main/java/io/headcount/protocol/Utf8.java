package io.headcount.protocol;

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off. */
public final class Utf8 {
    private Utf8() {}

    /** Whether {@code bytes} from {@code start} to the end are valid UTF-8. */
    public static boolean valid(byte[] bytes, int start) {
        int i = start;
        while (i < bytes.length) {
            int lead = bytes[i] & 0xFF;
            int more = continuations(lead);
            if (more < 0 || i + more >= bytes.length) {
                return false;
            }
            if (more > 0 && !secondFits(lead, bytes[i + 1] & 0xFF)) {
                return false;
            }
            for (int k = 2; k <= more; k++) {
                if ((bytes[i + k] & 0xC0) != 0x80) {
                    return false;
                }
            }
            i += more + 1;
        }
        return true;
    }

    private static int continuations(int lead) {
        if (lead < 0x80) {
            return 0;
        }
        if (lead < 0xC2) {
            return -1;
        }
        if (lead < 0xE0) {
            return 1;
        }
        if (lead < 0xF0) {
            return 2;
        }
        return lead < 0xF5 ? 3 : -1;
    }

    /** The second byte's range depends on the first: that is what shuts out overlong forms and surrogates. */
    private static boolean secondFits(int lead, int second) {
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= least && second <= most;
    }
}
