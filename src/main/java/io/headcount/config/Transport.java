package io.headcount.config;

/** How the node talks to the kernel about its sockets. */
public enum Transport {
    /** epoll where it loads, else NIO. */
    AUTO,
    EPOLL,
    IO_URING,
    NIO
}
