package io.headcount.model;

/**
 * Master data of a broadcaster, a category or a user. Everything but the id may be {@code null}: not known, or in an
 * update: leave as it is.
 *
 * @param id of its kind
 * @param name what people see, up to 100 characters
 * @param cpm of a category only: what a thousand viewer minutes are estimated to bring, 0 to {@link #MAX_CPM}
 */
public record MasterRecord(String id, String name, Double cpm) {
    /** The longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 100;

    /** The highest cpm. */
    public static final double MAX_CPM = 1_000_000_000;
}
