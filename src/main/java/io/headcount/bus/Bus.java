package io.headcount.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import java.util.function.Function;

/** The typed client of the event bus; the only way to it. */
public final class Bus {
    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);
    private static final DeliveryOptions LOCAL_REQUEST =
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(5_000);

    private static final int BAD_REQUEST = 400;

    private final EventBus eventBus;

    private Bus(EventBus eventBus) {
        this.eventBus = eventBus;
    }

    /** The bus of a Vert.x instance on which {@link #install} was called. */
    public static Bus of(Vertx vertx) {
        return new Bus(vertx.eventBus());
    }

    /** Registers the codec, once a Vert.x instance. */
    public static Bus install(Vertx vertx) {
        MessageCodec codec = new MessageCodec();
        vertx.eventBus().registerCodec(codec);
        vertx.eventBus().codecSelector(body -> body instanceof Message ? codec.name() : null);
        return of(vertx);
    }

    /** Sends to one consumer anywhere in the cluster. */
    public <T extends Message> void send(Address<T> address, T message) {
        eventBus.send(address.name(), message);
    }

    /** Sends to all consumers in the cluster. */
    public <T extends Message> void publish(Address<T> address, T message) {
        eventBus.publish(address.name(), message);
    }

    /** Sends to one consumer on this node. */
    public <T extends Message> void sendLocal(Address<T> address, T message) {
        eventBus.send(address.name(), message, LOCAL);
    }

    /** Sends to all consumers on this node. */
    public <T extends Message> void publishLocal(Address<T> address, T message) {
        eventBus.publish(address.name(), message, LOCAL);
    }

    /** Asks a consumer on this node; fails after 5 s without an answer. */
    public <T extends Message, R extends Message> Future<R> requestLocal(
            Address<T> address, T message, Class<R> replyType) {
        return eventBus.request(address.name(), message, LOCAL_REQUEST).map(reply -> replyType.cast(reply.body()));
    }

    /** Consumes what is sent from anywhere in the cluster, on the caller's context. */
    public <T extends Message> MessageConsumer<T> consume(Address<T> address, Consumer<T> handler) {
        return eventBus.consumer(address.name(), message -> handler.accept(message.body()));
    }

    /** Consumes what is sent on this node, on the caller's context. */
    public <T extends Message> MessageConsumer<T> consumeLocal(Address<T> address, Consumer<T> handler) {
        return eventBus.localConsumer(address.name(), message -> handler.accept(message.body()));
    }

    /** Answers requests made on this node, on the caller's context. */
    public <T extends Message> MessageConsumer<T> answerLocal(Address<T> address, Function<T, Message> handler) {
        return eventBus.localConsumer(address.name(), message -> message.reply(handler.apply(message.body()), LOCAL));
    }

    /** Tells the browsers that listen at this node. */
    public void tellBrowsers(String address, JsonObject message) {
        eventBus.publish(address, message, LOCAL);
    }

    /**
     * Answers what browsers ask, on the caller's context. A browser may be at another node: any that answers will do.
     *
     * @param answer throws {@link IllegalArgumentException} for a question that makes no sense; its message is the reply
     */
    public MessageConsumer<JsonObject> answerBrowsers(String address, Function<JsonObject, JsonObject> answer) {
        return eventBus.consumer(address, message -> {
            try {
                message.reply(answer.apply(message.body()));
            } catch (IllegalArgumentException | ClassCastException e) {
                message.fail(BAD_REQUEST, String.valueOf(e.getMessage()));
            }
        });
    }
}
