package io.headcount.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import io.headcount.config.ClusterConfig;
import io.headcount.config.HeadcountConfig;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file that we ship: with Hazelcast's defaults a paused node is kept for 64 s and then isolated for 200 s. */
class ClusterManagersTest {
    @Test
    void shipsTheSettingsThatBringAPausedNodeBackWithinSeconds() throws Exception {
        Config config = shipped();

        assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
        assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("10");
        assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds"))
                .isEqualTo("10");
        assertThat(config.getProperty("hazelcast.merge.next.run.delay.seconds")).isEqualTo("10");
    }

    @Test
    void listensOnTheConfiguredAddressOnlyAndLooksForNobodyElse() throws Exception {
        Config config = shipped();

        assertThat(config.getNetworkConfig().getPort()).isEqualTo(6701);
        assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
        assertThat(config.getNetworkConfig().getInterfaces().isEnabled()).isTrue();
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("10.1.2.3");
        assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().getTcpIpConfig().getMembers())
                .containsExactly("10.1.2.4:6701");
        assertThat(BusOptions.of(cluster(), Path.of("conf")).getHost()).isEqualTo("10.1.2.3");
        assertThat(BusOptions.of(cluster(), Path.of("conf")).getPort()).isEqualTo(5801);
    }

    @Test
    void makesObjectsOfOurOwnClassesOnly() throws Exception {
        assertThat(shipped().getSerializationConfig().getJavaSerializationFilterConfig())
                .isNotNull()
                .satisfies(filter -> assertThat(filter.getWhitelist().isListed("org.apache.commons.collections.Gadget"))
                        .isFalse())
                .satisfies(filter -> assertThat(filter.getWhitelist().isListed("io.vertx.core.Anything"))
                        .isTrue());
    }

    private static Config shipped() throws Exception {
        HazelcastClusterManager manager =
                (HazelcastClusterManager) ClusterManagers.hazelcast(cluster(), Path.of("conf"));
        return manager.getConfig();
    }

    private static ClusterConfig cluster() throws Exception {
        return HeadcountConfig.read(
                        Map.of(
                                "cluster",
                                Map.of("host", "10.1.2.3", "port", 6701, "members", List.of("10.1.2.4:6701"))),
                        Map.of())
                .cluster();
    }
}
