package io.headcount.model;

/**
 * Master data of a stream. Everything but the id may be {@code null}: not known, or in an update: leave as it is.
 *
 * @param id stream id
 * @param title what people see, up to 200 characters
 * @param broadcaster broadcaster id
 * @param category category id
 */
public record StreamInfo(String id, String title, String broadcaster, String category) {
    /** The longest title, in characters. */
    public static final int MAX_TITLE_LENGTH = 200;
}
