package io.headcount.store.redis;

import io.headcount.model.EndCause;
import io.headcount.model.FinishedSession;

/** How a finished session is written in the session log: fields joined by colons, which no id has. */
final class SessionRecords {
    private static final int FIELDS = 7;

    private SessionRecords() {}

    static String pack(FinishedSession session) {
        return String.join(
                ":",
                session.stream(),
                session.user(),
                session.session(),
                session.node(),
                Long.toString(session.joinedAtMillis()),
                Long.toString(session.leftAtMillis()),
                session.cause().wire());
    }

    /** The session, or {@code null} when the text is no record. */
    static FinishedSession unpack(String text) {
        String[] fields = text.split(":", -1);
        if (fields.length != FIELDS) {
            return null;
        }
        try {
            return new FinishedSession(
                    fields[0],
                    fields[1],
                    fields[2],
                    fields[3],
                    Long.parseLong(fields[4]),
                    Long.parseLong(fields[5]),
                    EndCause.ofWire(fields[6]));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
