package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.Role;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Whether the node could listen where it is to, and reach the other nodes. Blocking. */
final class PortChecks {
    private static final int CONNECT_MILLIS = 1_000;

    private final HeadcountConfig config;
    private final List<Finding> all = new ArrayList<>();

    private PortChecks(HeadcountConfig config) {
        this.config = config;
    }

    /** @param running whether the node runs, so that its ports are its own */
    static List<Finding> of(HeadcountConfig config, boolean running) {
        PortChecks checks = new PortChecks(config);
        if (!running) {
            checks.ownPorts();
        }
        checks.members();
        return checks.all;
    }

    private void ownPorts() {
        if (config.has(Role.GATEWAY) || config.has(Role.API)) {
            listen("http.port", config.http().host(), config.http().port());
        }
        listen(
                "management.port",
                config.management().host(),
                config.management().port());
        if (config.cluster().enabled()) {
            listen("cluster.port", config.cluster().host(), config.cluster().port());
            listen("cluster.busPort", config.cluster().host(), config.cluster().busPort());
        }
    }

    private void listen(String key, String host, int port) {
        String where = "port " + port;
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            all.add(Finding.wrong(where, "the name " + host + " (" + key + ") is unknown", "correct the host's name"));
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do: connections that have just ended do not count.
            socket.setReuseAddress(true);
            socket.bind(address);
            all.add(Finding.fine(where, "free for " + key));
        } catch (BindException e) {
            boolean foreign = String.valueOf(e.getMessage()).contains("assign");
            all.add(Finding.wrong(
                    where,
                    foreign
                            ? host + " is no address of this machine (" + key.replace("port", "host") + ")"
                            : "taken by another program (" + key + ")",
                    foreign
                            ? "set it to an address of this machine, or to 0.0.0.0"
                            : "ss -ltnp 'sport = :" + port + "' says by which; stop it, or set " + key));
        } catch (IOException e) {
            all.add(Finding.wrong(where, "cannot be listened on (" + key + "): " + e.getMessage(), "set " + key));
        }
    }

    private void members() {
        if (!config.cluster().enabled()) {
            return;
        }
        String self = config.cluster().host() + ":" + config.cluster().port();
        for (String member : config.cluster().members()) {
            if (member.equals(self)) {
                continue;
            }
            int colon = member.lastIndexOf(':');
            String host = member.substring(0, colon);
            int port = Integer.parseInt(member.substring(colon + 1));
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                all.add(Finding.fine("node " + member, "reached"));
            } catch (IOException e) {
                all.add(Finding.look(
                        "node " + member,
                        "not reached: " + e.getMessage(),
                        "fine when it does not run yet; else see that nodes may reach each other's cluster.port and"
                                + " cluster.busPort"));
            }
        }
    }
}
