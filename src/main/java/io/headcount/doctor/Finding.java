package io.headcount.doctor;

/**
 * What a look found.
 *
 * @param where what was looked at, e.g. {@code redis 10.0.1.5:6379}
 * @param what how it is, in plain words
 * @param advice what to do; empty where all is well
 */
public record Finding(Verdict verdict, String where, String what, String advice) {
    /** How bad it is. */
    public enum Verdict {
        /** As it should be. */
        FINE,
        /** It works, but somebody should look at it. */
        LOOK,
        /** It does not work, or will not when it matters. */
        WRONG
    }

    static Finding fine(String where, String what) {
        return new Finding(Verdict.FINE, where, what, "");
    }

    static Finding look(String where, String what, String advice) {
        return new Finding(Verdict.LOOK, where, what, advice);
    }

    static Finding wrong(String where, String what, String advice) {
        return new Finding(Verdict.WRONG, where, what, advice);
    }
}
