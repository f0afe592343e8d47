package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.store.mysql.Migrations;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code headcount migrate}: brings the database's tables to this version. */
@Command(
        name = "migrate",
        description = "Creates or updates the tables in MySQL. To be run once before nodes of a new version start.",
        mixinStandardHelpOptions = true)
final class MigrateCommand extends Configured {
    @Override
    int run(HeadcountConfig config, Path folder) {
        try {
            int applied = Migrations.run(config.mysql().in(folder)).size();
            System.out.println("headcount: " + applied + " migrations applied to database "
                    + config.mysql().database());
            return 0;
        } catch (RuntimeException e) {
            System.err.println("headcount: the migration failed: " + reason(e));
            return 1;
        }
    }
}
