package io.headcount.bus;

/** All addresses: a fixed, small set, however many streams and sockets there are. */
public final class Addresses {
    /** Local, one a counter instance ({@code .at(i)}): sessions opened and ended. */
    public static final Address<Message.SessionEvents> SESSION_EVENTS =
            new Address<>("local.sessions", Message.SessionEvents.class);

    /** Local, one a gateway instance: sessions that are counted. */
    public static final Address<Message.Admitted> ADMITTED = new Address<>("local.admitted", Message.Admitted.class);

    /** Local, published: every counter instance takes its streams from it. */
    public static final Address<Message.Census> CENSUS = new Address<>("local.census", Message.Census.class);

    /** Local request, one a gateway instance. */
    public static final Address<Message.SocketsWanted> SOCKETS_WANTED =
            new Address<>("local.sockets", Message.SocketsWanted.class);

    /** One a keeper ({@code .at(node)}): changed counts for the streams it owns. */
    public static final Address<Message.Counts> OWNER = new Address<>("owner", Message.Counts.class);

    /** Published by owners to everybody. */
    public static final Address<Message.Counts> COUNTS = new Address<>("counts", Message.Counts.class);

    /** One a node ({@code .at(node)}): a part of what it asserts is to be looked at. */
    public static final Address<Message.Verify> VERIFY = new Address<>("verify", Message.Verify.class);

    /** To one of the keepers: a repair for the ledger. */
    public static final Address<Message.Repaired> REPAIRED = new Address<>("repaired", Message.Repaired.class);

    /** Published to everybody when a stream ends, and again by its owner while anybody is still on it. */
    public static final Address<Message.Endings> ENDINGS = new Address<>("endings", Message.Endings.class);

    /** Published by every node every second. */
    public static final Address<Message.Hello> HELLO = new Address<>("hello", Message.Hello.class);

    /** Local, published. */
    public static final Address<Message.Health> HEALTH = new Address<>("local.health", Message.Health.class);

    /** Local, published. */
    public static final Address<Message.Reborn> REBORN = new Address<>("local.reborn", Message.Reborn.class);

    /** Local, published by this node's lease watch. */
    public static final Address<Message.MissingNodes> MISSING_NODES =
            new Address<>("local.missing", Message.MissingNodes.class);

    /** Published by every node every second, for the operators' consoles. */
    public static final Address<Message.NodeStatus> NODE_STATUS =
            new Address<>("node.status", Message.NodeStatus.class);

    /** To browsers, on this node: all nodes' cards. JSON, like everything below {@code console.}. */
    public static final String CONSOLE_NODES = "console.nodes";

    /** To browsers, on this node: totals of this second. */
    public static final String CONSOLE_OVERVIEW = "console.overview";

    /** From browsers: the totals of the last 15 minutes. */
    public static final String COMMAND_CURVE = "console.command.curve";

    /** From browsers: a page of the live streams. */
    public static final String COMMAND_STREAMS = "console.command.streams";

    private Addresses() {}

    /** Which of {@code instances} counter instances of a node has a stream. */
    public static int counterOf(String stream, int instances) {
        return Math.floorMod(stream.hashCode(), instances);
    }
}
