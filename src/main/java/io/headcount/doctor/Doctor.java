package io.headcount.doctor;

import io.headcount.config.HeadcountConfig;
import io.headcount.config.Role;
import io.headcount.store.BooksSurvey;
import io.headcount.store.RedisSurvey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Looks at everything that a node of a configuration needs, and says what is wrong. Changes nothing. */
public final class Doctor {
    private final HeadcountConfig config;
    private final Machine machine;
    private final RedisSurvey redis;
    private final BooksSurvey books;

    public Doctor(HeadcountConfig config, Machine machine, RedisSurvey redis, BooksSurvey books) {
        this.config = config;
        this.machine = machine;
        this.redis = redis;
        this.books = books;
    }

    /** Looks. Blocking; every question has a timeout. */
    public List<Finding> examine() {
        RunningNode node = RunningNode.look(config);
        List<RedisSurvey.Server> servers = redis.look(config.nodeId());
        List<Finding> all = new ArrayList<>(MachineChecks.of(config, machine));
        all.addAll(PortChecks.of(config, node.running()));
        all.addAll(RedisChecks.of(config, servers));
        if (servers.stream().anyMatch(server -> server.trouble() == null)) {
            all.addAll(node.findings(config.nodeId(), lease(servers)));
        }
        if (config.has(Role.KEEPER) || config.has(Role.API) || isStrict()) {
            all.addAll(BooksChecks.of(config, books.look(), books.schema()));
        }
        return all;
    }

    private boolean isStrict() {
        return config.streams().registration() == HeadcountConfig.Registration.STRICT;
    }

    /** A replica's is as good as its master's. */
    private static String lease(List<RedisSurvey.Server> servers) {
        return servers.stream()
                .map(RedisSurvey.Server::lease)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
