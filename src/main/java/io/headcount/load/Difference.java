package io.headcount.load;

/**
 * Something that is not as it should be.
 *
 * @param stream stream id
 * @param where who says otherwise: an API, the sockets, the books
 * @param what users, sessions, …
 * @param truth what is true
 * @param seen what is said there
 */
record Difference(String stream, String where, String what, long truth, long seen) {}
