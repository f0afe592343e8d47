package io.headcount.bus;

/**
 * A typed event-bus address.
 *
 * @param name the address
 * @param type what is sent there
 */
public record Address<T extends Message>(String name, Class<T> type) {
    /** The same kind of message for one instance or node: {@code name.part}. */
    public Address<T> at(String part) {
        return new Address<>(name + "." + part, type);
    }

    /** The same kind of message for one instance. */
    public Address<T> at(int index) {
        return at(Integer.toString(index));
    }
}
