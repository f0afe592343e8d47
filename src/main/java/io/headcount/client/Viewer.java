package io.headcount.client;

import io.headcount.client.Closed.Kind;
import io.headcount.model.Mode;
import io.headcount.protocol.CloseCode;
import io.headcount.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A viewer of one stream: one socket at a time, and with a {@link ReconnectPolicy} the next one when it is lost. All
 * methods may be called from any thread; what was received last can be read at any time.
 */
public final class Viewer {
    private static final long NEVER = -1;

    private final Viewers viewers;
    private final EventLoop loop;
    private final ViewerOptions options;
    private final ViewerListener listener;
    private final Promise<Closed> closed = Promise.promise();
    private Promise<Viewer> ready = Promise.promise();
    private final Future<Viewer> readyFuture = ready.future();
    private ViewerSocket socket;
    private int attempt;
    private volatile int server;
    private boolean welcomed;
    private boolean leaving;
    private boolean mustWait;
    private long notBeforeNanos;
    private io.netty.util.concurrent.Future<?> retry;
    private volatile String session;
    private volatile long lastViewers = NEVER;
    private volatile Mode mode = Mode.DEGRADED;

    Viewer(Viewers viewers, EventLoop loop, ViewerOptions options, ViewerListener listener) {
        this.viewers = viewers;
        this.loop = loop;
        this.options = options;
        this.listener = listener;
        this.server = options.first();
    }

    /** What it watches, as whom, and where. */
    public ViewerOptions options() {
        return options;
    }

    /** The server of the present socket, or of the next attempt: its index in {@link ViewerOptions#servers()}. */
    public int server() {
        return server;
    }

    /** The session of the last welcome, {@code null} before the first. */
    public String session() {
        return session;
    }

    /** The last count that was received, -1 before the first. */
    public long viewers() {
        return lastViewers;
    }

    /** The mode of the last count; degraded before the first. */
    public Mode mode() {
        return mode;
    }

    /** Completes with this viewer at the first welcome; fails with {@link ViewerClosedException}. */
    public Future<Viewer> ready() {
        return readyFuture;
    }

    /** Completes when the viewer is gone for good. */
    public Future<Closed> closed() {
        return closed.future();
    }

    /** Leaves with a close frame. Without an echo the connection is dropped after 5 s. */
    public Future<Closed> close() {
        onLoop(() -> leave(false));
        return closed.future();
    }

    /** Leaves without a word: the server sees a reset connection. */
    public Future<Closed> abort() {
        onLoop(() -> leave(true));
        return closed.future();
    }

    /** Opens the first socket; on the event loop. */
    void open() {
        if (leaving) {
            return;
        }
        socket = new ViewerSocket(this, options.servers().get(server));
        viewers.connect(loop, options, options.servers().get(server), socket);
    }

    /** A text message came. */
    void text(ViewerSocket from, ByteBuf payload) throws FrameException {
        if (listener.wantsMessages()) {
            parse(from, payload);
            return;
        }
        switch (MessageScan.type(payload)) {
            case 'w' -> welcome(from, MessageScan.session(payload), MessageScan.viewers(payload), mode(payload));
            case 'c' -> count(MessageScan.viewers(payload), mode(payload));
            case 'r' -> comeBackAfter(from, MessageScan.afterMillis(payload));
            case 'e', 'p' -> {}
            default -> throw new FrameException(1008, "unknown message");
        }
    }

    /** The server asked for a pause of at least so long; negative for none. */
    void retryNotBefore(long millis) {
        if (millis >= 0) {
            mustWait = true;
            notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }

    /** A socket is gone. */
    void ended(ViewerSocket which, Closed how) {
        if (which != socket) {
            return;
        }
        socket = null;
        boolean wasWelcomed = welcomed;
        welcomed = false;
        boolean again = !leaving
                && options.reconnect() != null
                && (!how.terminal() || renewable(how))
                && attempt < options.reconnect().maxAttempts();
        if (!again) {
            gone(how, wasWelcomed);
            return;
        }
        long delay = options.reconnect().delayMillis(attempt, ThreadLocalRandom.current());
        if (mustWait) {
            delay = Math.max(0, TimeUnit.NANOSECONDS.toMillis(notBeforeNanos - System.nanoTime()));
            mustWait = false;
        }
        attempt++;
        server = (server + 1) % options.servers().size();
        listener.ended(this, how, wasWelcomed, delay);
        retry = loop.schedule(this::open, delay, TimeUnit.MILLISECONDS);
    }

    /** The token has expired, and there is somebody to ask for a new one. */
    private boolean renewable(Closed how) {
        return options.token() != null && how.kind() == Kind.THEIRS && how.code() == CloseCode.EXPIRED.code();
    }

    private void gone(Closed how, boolean wasWelcomed) {
        leaving = true;
        listener.ended(this, how, wasWelcomed, NEVER);
        if (ready != null) {
            ready.tryFail(new ViewerClosedException(how));
            ready = null;
        }
        closed.tryComplete(how);
    }

    private void leave(boolean abruptly) {
        if (leaving && !abruptly) {
            return;
        }
        leaving = true;
        if (socket == null) {
            if (retry != null) {
                retry.cancel(false);
            }
            if (!closed.future().isComplete()) {
                gone(new Closed(Kind.OURS, Closed.ABNORMAL, "closed while it was not connected"), false);
            }
        } else if (abruptly) {
            socket.abort();
        } else {
            socket.close();
        }
    }

    private void parse(ViewerSocket from, ByteBuf payload) throws FrameException {
        ServerMessage message;
        try {
            message = ServerMessage.parse(payload.toString(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new FrameException(1008, "unreadable message: " + e.getMessage());
        }
        if (message instanceof ServerMessage.Welcome w) {
            welcome(from, w.session(), w.viewers(), w.mode());
        } else if (message instanceof ServerMessage.CountUpdate c) {
            count(c.viewers(), c.mode());
        } else if (message instanceof ServerMessage.Reconnect r) {
            comeBackAfter(from, r.afterMillis());
        }
        listener.message(this, message);
    }

    private void welcome(ViewerSocket from, String newSession, long count, Mode newMode) throws FrameException {
        if (newSession == null || count < 0) {
            throw new FrameException(1008, "a welcome without session or viewers");
        }
        session = newSession;
        lastViewers = count;
        mode = newMode;
        attempt = 0;
        mustWait = false;
        welcomed = true;
        from.welcomed();
        listener.welcomed(this);
        if (ready != null) {
            ready.tryComplete(this);
            ready = null;
        }
    }

    private void count(long count, Mode newMode) throws FrameException {
        if (count < 0) {
            throw new FrameException(1008, "a count without viewers");
        }
        lastViewers = count;
        mode = newMode;
        listener.counted(this);
    }

    /** The node will go: come back at that time, whether the server has closed by then or not. */
    private void comeBackAfter(ViewerSocket from, long millis) throws FrameException {
        if (millis < 0) {
            throw new FrameException(1008, "a reconnect without afterMillis");
        }
        retryNotBefore(millis);
        if (options.reconnect() != null) {
            var unused = loop.schedule(from::leaveForAnother, millis, TimeUnit.MILLISECONDS);
        }
    }

    private static Mode mode(ByteBuf payload) {
        return MessageScan.exact(payload) ? Mode.EXACT : Mode.DEGRADED;
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
