package io.headcount.load;

/** A running crowd, in this process or another. */
interface CrowdHandle extends AutoCloseable {
    /** Says something to the crowd. */
    void say(CrowdMessage message);

    /** Ends it at once; open sockets are dropped. */
    @Override
    void close();
}
