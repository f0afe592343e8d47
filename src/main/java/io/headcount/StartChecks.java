package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.doctor.Finding;
import io.headcount.doctor.Machine;
import io.headcount.doctor.MachineChecks;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log, once a node serves, what its machine lacks for what it is configured to do. */
final class StartChecks {
    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);

    private final HeadcountConfig config;

    StartChecks(HeadcountConfig config) {
        this.config = config;
    }

    /** @param redisTime what Redis says that time it is; a failure is not this check's to tell */
    void run(Future<Long> redisTime) {
        long before = System.currentTimeMillis();
        MachineChecks.atStart(config, Machine.here()).forEach(StartChecks::warn);
        redisTime.onSuccess(redis -> {
            long half = (System.currentTimeMillis() - before) / 2;
            Finding clock = MachineChecks.clock(config, "Redis", before + half - redis);
            if (clock.verdict() != Finding.Verdict.FINE) {
                warn(clock);
            }
        });
    }

    private static void warn(Finding finding) {
        LOG.warn("{}: {}; {}", finding.where(), finding.what(), finding.advice());
    }
}
