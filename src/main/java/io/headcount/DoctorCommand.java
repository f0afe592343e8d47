package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.doctor.Doctor;
import io.headcount.doctor.Finding;
import io.headcount.doctor.Machine;
import io.headcount.store.mysql.MySqlSurveyor;
import io.headcount.store.redis.RedisSurveyor;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** {@code headcount doctor}: what is wrong with a deployment, in plain words. */
@Command(
        name = "doctor",
        description = {
            "Looks at what a node needs: ports, file limit, Redis, MySQL, clocks, its lease. Changes nothing.",
            "Exit code 0: all well; 1: something is wrong; 78: the configuration cannot be used."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand extends Configured {
    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    int run(HeadcountConfig config, Path folder) {
        Vertx vertx = VertxFactory.single();
        try {
            List<Finding> findings = new Doctor(
                            config,
                            Machine.here(),
                            new RedisSurveyor(vertx, config.redis().in(folder)),
                            new MySqlSurveyor(config.mysql().in(folder)))
                    .examine();
            return tell(findings);
        } finally {
            vertx.close();
        }
    }

    private int tell(List<Finding> findings) {
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : findings) {
            out.printf("%-6s %s: %s%n", word(finding.verdict()), finding.where(), finding.what());
            if (!finding.advice().isEmpty()) {
                out.printf("       %s%n", finding.advice());
            }
        }
        long wrong = count(findings, Finding.Verdict.WRONG);
        long look = count(findings, Finding.Verdict.LOOK);
        out.printf(
                "headcount doctor: %s%s%n",
                wrong == 0 ? "all well" : wrong == 1 ? "1 thing is wrong" : wrong + " things are wrong",
                look == 0 ? "" : "; worth a look: " + look);
        out.flush();
        return wrong == 0 ? 0 : 1;
    }

    private static long count(List<Finding> findings, Finding.Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static String word(Finding.Verdict verdict) {
        return switch (verdict) {
            case FINE -> "ok";
            case LOOK -> "look";
            case WRONG -> "WRONG";
        };
    }
}
