package io.headcount.gateway;

import io.vertx.core.VertxOptions;
import java.util.concurrent.CountDownLatch;

/**
 * A gateway that does nothing but hold sockets, in a process of its own, to see from outside what they cost. Prints its
 * port; ends when it is killed.
 */
final class IdleGateway {
    private IdleGateway() {}

    public static void main(String[] arguments) throws InterruptedException {
        boolean nativeTransport = arguments.length > 0 && arguments[0].equals("epoll");
        RunningGateway running = new RunningGateway(new VertxOptions().setPreferNativeTransport(nativeTransport));
        running.counter.withoutRecord();
        System.out.println("port " + running.port);
        new CountDownLatch(1).await();
    }
}
