package io.headcount.bench;

import io.headcount.client.Closed;
import io.headcount.client.Viewer;
import io.headcount.client.ViewerListener;
import io.headcount.client.ViewerOptions;
import io.headcount.client.Viewers;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Viewers in a process of their own, told by lines what to do and answering in lines; everything is done on one event
 * loop. Ends with its standard input.
 */
final class CrowdMain {
    private static final int SOURCE_ADDRESSES = 8;
    private static final int TICK_MILLIS = 10;
    private static final int MOST_OPENING = 500;
    private static final long LONGEST_MICROS = 60_000_000;

    private final Viewers viewers = Viewers.create(1);
    private final EventLoop loop = viewers.eventLoops().next();
    private final InetSocketAddress server;
    private final ArrayDeque<Member> open = new ArrayDeque<>();
    private final Deliveries deliveries = new Deliveries();
    private Histogram welcomes = new Histogram(LONGEST_MICROS, 3);
    private final List<InetAddress> sources = new ArrayList<>();
    private final ArrayDeque<String> tokens = new ArrayDeque<>();
    private long users;
    private int opening;
    private int failed;
    private long messages;
    private String failure = "";

    private CrowdMain(int port) throws IOException {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = 1; i <= SOURCE_ADDRESSES; i++) {
            sources.add(InetAddress.getByAddress(new byte[] {127, 1, 0, (byte) i}));
        }
    }

    /** {@code PORT}; then lines on standard input. */
    public static void main(String[] arguments) throws IOException {
        CrowdMain crowd = new CrowdMain(Integer.parseInt(arguments[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            crowd.loop.execute(() -> crowd.hear(words));
        }
        System.exit(0);
    }

    private void hear(String[] words) {
        switch (words[0]) {
            case "open" -> open(number(words, 1), number(words, 2), number(words, 3));
            case "churn" -> churn(number(words, 1), number(words, 2));
            case "toggle" -> toggle(number(words, 1), number(words, 2));
            case "tokens" -> takeTokens(Path.of(words[1]));
            case "close" -> closeAll();
            case "watch" -> {
                deliveries.begin(open.stream().map(member -> member.value).toList());
                answer("watching=1");
            }
            case "status" ->
                answer("messages=" + messages + " open=" + open.size() + " deliveries=" + deliveries.finished()
                        + " slowestMillis=" + deliveries.slowestMillis() + " lateMillis=" + deliveries.lateMillis());
            default -> answer("error=unknown");
        }
    }

    private static int number(String[] words, int at) {
        return Integer.parseInt(words[at]);
    }

    /** From now on every viewer comes with the next line of a file as its token, which says who it is. */
    private void takeTokens(Path file) {
        try {
            tokens.clear();
            tokens.addAll(Files.readAllLines(file));
            answer("tokens=" + tokens.size());
        } catch (IOException e) {
            answer("error=" + e);
        }
    }

    /** So many sockets over so many streams, at most so many a second. */
    private void open(int count, int streams, int perSecond) {
        welcomes = new Histogram(LONGEST_MICROS, 3);
        failed = 0;
        long began = System.nanoTime();
        int[] done = {0};
        repeat(() -> {
            long due = (System.nanoTime() - began) * perSecond / 1_000_000_000L;
            while (done[0] < Math.min(due, count) && opening < MOST_OPENING) {
                new Member(true).connect("bench-" + done[0]++ % streams);
            }
            if (done[0] < count || opening > 0) {
                return true;
            }
            answer(latencies() + " seconds=" + (System.nanoTime() - began) / 1e9);
            return false;
        });
    }

    /** Viewers that come and go again after a second, for so many seconds. */
    private void churn(int perSecond, int seconds) {
        welcomes = new Histogram(LONGEST_MICROS, 3);
        failed = 0;
        long began = System.nanoTime();
        int[] done = {0};
        repeat(() -> {
            long elapsed = System.nanoTime() - began;
            long due = elapsed * perSecond / 1_000_000_000L;
            while (done[0] < due && opening < MOST_OPENING) {
                done[0]++;
                new Member(false).connect("bench-0");
            }
            if (elapsed < TimeUnit.SECONDS.toNanos(seconds)) {
                return true;
            }
            after(2_000, () -> answer(latencies()));
            return false;
        });
    }

    /** One more viewer every so often, each for half of that, so that the count changes twice a period. */
    private void toggle(int periodMillis, int seconds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long[] next = {0};
        repeat(() -> {
            long now = System.nanoTime();
            if (now >= next[0]) {
                next[0] = now + TimeUnit.MILLISECONDS.toNanos(periodMillis);
                Member member = new Member(false);
                member.connect("bench-0");
                after(periodMillis / 2, () -> member.viewer.close());
            }
            if (now < until) {
                return true;
            }
            answer("toggled=1");
            return false;
        });
    }

    private void closeAll() {
        List<Member> all = List.copyOf(open);
        open.clear();
        all.forEach(member -> member.viewer.close());
        after(3_000, () -> answer("closed=" + all.size()));
    }

    private String latencies() {
        return "welcomed=" + welcomes.getTotalCount() + " failed=" + failed + " p50Millis="
                + welcomes.getValueAtPercentile(50) / 1e3 + " p99Millis=" + welcomes.getValueAtPercentile(99) / 1e3
                + " maxMillis=" + welcomes.getMaxValue() / 1e3 + " failure=" + failure.replace(' ', '_');
    }

    private interface Round {
        boolean again();
    }

    private void repeat(Round round) {
        after(TICK_MILLIS, () -> {
            if (round.again()) {
                repeat(round);
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // on this loop, and it ends with the process
    private void after(int millis, Runnable task) {
        loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private static void answer(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private final class Member implements ViewerListener {
        private final boolean stays;
        private final long sinceNanos = System.nanoTime();
        private Viewer viewer;
        private boolean isOpening = true;
        private long value = -1;

        Member(boolean stays) {
            this.stays = stays;
        }

        void connect(String stream) {
            opening++;
            String token = tokens.poll();
            String user = "u" + users++;
            viewer = viewers.open(
                    new ViewerOptions(
                            List.of(server),
                            0,
                            stream,
                            token == null ? user : null,
                            token == null ? null : () -> token,
                            sources.get((int) (users % sources.size())),
                            null,
                            30_000,
                            90_000),
                    this);
        }

        @Override
        public void welcomed(Viewer who) {
            if (isOpening) {
                isOpening = false;
                opening--;
                welcomes.recordValue(Math.min(LONGEST_MICROS, (System.nanoTime() - sinceNanos) / 1_000));
                if (stays) {
                    open.add(this);
                } else {
                    // Those who come and go stay for a moment; toggled ones are closed by their clock too.
                    after(1_000, viewer::close);
                }
            }
        }

        @Override
        public void counted(Viewer who) {
            messages++;
            if (stays) {
                long now = who.viewers();
                deliveries.heard(value, now);
                value = now;
            }
        }

        @Override
        public void ended(Viewer who, Closed closed, boolean welcomed, long retryInMillis) {
            if (isOpening) {
                isOpening = false;
                opening--;
                failed++;
                failure = closed.toString();
            } else if (stays && open.remove(this)) {
                failed++;
                failure = closed.toString();
            }
        }
    }
}
