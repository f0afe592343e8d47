package io.headcount.model;

/**
 * Whom a question is about.
 *
 * @param scope what kind
 * @param id of that kind; the platform's is {@code platform}
 */
public record Subject(Scope scope, String id) {
    /** Everything together. */
    public static final Subject PLATFORM = new Subject(Scope.PLATFORM, "platform");

    /** A stream. */
    public static Subject stream(String id) {
        return new Subject(Scope.STREAM, id);
    }
}
