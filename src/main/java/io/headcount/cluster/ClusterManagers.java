package io.headcount.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.FileSystemXmlConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.headcount.config.ClusterConfig;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.FileNotFoundException;
import java.nio.file.Path;

/** Makes the cluster manager from {@code conf/cluster.xml} and the addresses of the configuration. */
public final class ClusterManagers {
    private ClusterManagers() {}

    /**
     * A Hazelcast cluster manager, not started.
     *
     * @param folder of the configuration file
     * @throws IllegalArgumentException when the XML file is missing or wrong
     */
    public static ClusterManager hazelcast(ClusterConfig cluster, Path folder) {
        Config config = load(folder.resolve(cluster.file()));
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(cluster.port()).setPortAutoIncrement(false);
        int announced = cluster.announcedPort() == 0 ? cluster.port() : cluster.announcedPort();
        network.setPublicAddress(cluster.host() + ":" + announced);
        network.getInterfaces().setEnabled(true).clear().addInterface(cluster.host());
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(cluster.members());
        return new HazelcastClusterManager(config);
    }

    private static Config load(Path file) {
        try {
            return new FileSystemXmlConfig(file.toFile());
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("cluster.file = " + file + ": there is no such file", e);
        }
    }
}
