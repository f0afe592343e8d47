package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.store.redis.SlotTable.Shard;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlotTableTest {
    /** Three masters, one with two ranges, one without replica, one that does not know its own address. */
    private static final String SLOTS = "*4\r\n" + range(0, 5460, "10.0.0.1", 7000, "10.0.0.4", 7003)
            + range(5461, 10922, "10.0.0.2", 7001)
            + range(10923, 16000, "", 7002, "10.0.0.5", 7004)
            + range(16001, 16383, "10.0.0.1", 7000, "10.0.0.4", 7003);

    @Test
    void hashesAsTheClusterSpecificationSays() {
        assertThat(SlotTable.slotOf("123456789")).isEqualTo(0x31C3);
        assertThat(SlotTable.slotOf("foo")).isEqualTo(12182);
        assertThat(SlotTable.slotOf("")).isZero();
        assertThat(SlotTable.slotOf("bücher")).isEqualTo(SlotTable.slotOf("x{bücher}"));
    }

    @Test
    void hashesOnlyTheTagWhereThereIsOne() {
        assertThat(SlotTable.slotOf("{user1000}.following")).isEqualTo(SlotTable.slotOf("user1000"));
        assertThat(SlotTable.slotOf("foo{{bar}}zap")).isEqualTo(SlotTable.slotOf("{bar"));
        assertThat(SlotTable.slotOf("foo{bar}{zap}")).isEqualTo(SlotTable.slotOf("bar"));
    }

    @Test
    void hashesTheWholeKeyWhereTheTagIsEmptyOrOpen() {
        assertThat(SlotTable.slotOf("foo{}{bar}")).isEqualTo(8363);
        assertThat(SlotTable.slotOf("foo{bar")).isNotEqualTo(SlotTable.slotOf("bar"));
    }

    @Test
    void readsMastersAndReplicasOfClusterSlots() {
        SlotTable table = parse(SLOTS);

        assertThat(table.shard(0)).isEqualTo(new Shard("10.0.0.1:7000", List.of("10.0.0.4:7003")));
        assertThat(table.shard(5460)).isSameAs(table.shard(16383));
        assertThat(table.shard(5461)).isEqualTo(new Shard("10.0.0.2:7001", List.of()));
        assertThat(table.shards()).hasSize(3);
        assertThat(table.complete()).isTrue();
        assertThat(table.addresses())
                .containsExactlyInAnyOrder(
                        "10.0.0.1:7000", "10.0.0.4:7003", "10.0.0.2:7001", "asked.example:7002", "10.0.0.5:7004");
    }

    @Test
    void takesTheAskedHostForANodeThatDoesNotKnowItsOwnAddress() {
        assertThat(parse(SLOTS).shard(10923).master()).isEqualTo("asked.example:7002");
        assertThat(parse("*1\r\n*3\r\n:0\r\n:9\r\n*2\r\n_\r\n:7009\r\n")
                        .shard(9)
                        .master())
                .isEqualTo("asked.example:7009");
    }

    @Test
    void knowsThatSlotsAreMissing() {
        SlotTable table = parse("*1\r\n" + range(0, 5460, "10.0.0.1", 7000));

        assertThat(table.complete()).isFalse();
        assertThat(table.shard(5461)).isNull();
        assertThat(SlotTable.EMPTY.complete()).isFalse();
    }

    @Test
    void findsAKeyToProbeForEveryMaster() {
        SlotTable table = parse("*2\r\n" + range(0, 16382, "10.0.0.1", 7000) + range(16383, 16383, "10.0.0.2", 7001));

        Map<String, String> keys = table.probeKeys();

        assertThat(keys).containsOnlyKeys("10.0.0.1:7000", "10.0.0.2:7001");
        keys.forEach((master, key) ->
                assertThat(table.shard(SlotTable.slotOf(key)).master()).isEqualTo(master));
    }

    @Test
    void takesTheViewThatMostNodesShare() {
        SlotTable stale = parse("*1\r\n" + range(0, 16383, "10.0.0.1", 7000));
        SlotTable fresh = parse("*1\r\n" + range(0, 16383, "10.0.0.2", 7001, "10.0.0.1", 7000));
        SlotTable freshToo = parse("*1\r\n" + range(0, 16383, "10.0.0.2", 7001));
        SlotVote vote = new SlotVote(4);

        vote.add(stale);
        vote.add(fresh);
        vote.add(null);

        assertThat(vote.decided()).isFalse();
        vote.add(freshToo);
        assertThat(vote.decided()).isTrue();
        assertThat(vote.winner(stale)).isEqualTo(fresh);
    }

    @Test
    void staysWithWhatHoldsWhenTheNodesAreAtOdds() {
        SlotTable one = parse("*1\r\n" + range(0, 16383, "10.0.0.1", 7000));
        SlotTable two = parse("*1\r\n" + range(0, 16383, "10.0.0.2", 7001));
        SlotVote vote = new SlotVote(3);

        vote.add(one);
        vote.add(two);
        vote.add(SlotTable.EMPTY);

        assertThat(vote.winner(one)).isEqualTo(one);
        assertThat(vote.winner(two)).isEqualTo(two);
    }

    @Test
    void hasNoViewWhereNobodyKnowsOfSlots() {
        SlotVote vote = new SlotVote(1);

        vote.add(SlotTable.EMPTY);

        assertThat(vote.decided()).isTrue();
        assertThat(vote.winner(SlotTable.EMPTY)).isNull();
    }

    private static String range(int from, int to, Object... hostsAndPorts) {
        StringBuilder text = new StringBuilder("*" + (2 + hostsAndPorts.length / 2) + "\r\n:" + from + "\r\n:" + to);
        for (int i = 0; i < hostsAndPorts.length; i += 2) {
            String host = (String) hostsAndPorts[i];
            text.append("\r\n*3\r\n$")
                    .append(host.length())
                    .append("\r\n")
                    .append(host)
                    .append("\r\n:")
                    .append(hostsAndPorts[i + 1])
                    .append("\r\n$2\r\nid");
        }
        return text + "\r\n";
    }

    /** By the client's own parser, as it comes over the wire. */
    private static SlotTable parse(String wire) {
        List<Response> replies = new ArrayList<>();
        new RESPParser(
                        new ParserHandler() {
                            @Override
                            public void handle(Response response) {
                                replies.add(response);
                            }

                            @Override
                            public void fail(Throwable failure) {
                                throw new AssertionError(failure);
                            }
                        },
                        16)
                .handle(Buffer.buffer(wire));
        return SlotTable.parse(replies.get(0), "asked.example");
    }
}
