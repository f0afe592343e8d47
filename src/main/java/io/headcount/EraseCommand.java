package io.headcount;

import io.headcount.config.HeadcountConfig;
import io.headcount.model.Ids;
import io.headcount.store.mysql.MySqlBookStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headcount erase}: a person's right to be forgotten (GDPR, article 17). */
@Command(
        name = "erase",
        description = {
            "Deletes everything that the books know of a user, and says how many rows of which table.",
            "What is still on its way (an open socket, the session log in Redis) is not in the books yet:"
                    + " see that the user is gone, and run it again when headcount_books_sessions_waiting is 0."
        },
        mixinStandardHelpOptions = true)
final class EraseCommand extends Configured {
    private static final int WITHIN_MINUTES = 30;

    @Option(names = "--user", required = true, paramLabel = "U", description = "The user's id.")
    private String user;

    @Override
    int run(HeadcountConfig config, Path folder) {
        if (!Ids.valid(user)) {
            System.err.println("headcount: the user's id must be " + Ids.RULE);
            return 2;
        }
        Vertx vertx = VertxFactory.single();
        MySqlBookStore books = MySqlBookStore.open(vertx, config.mysql().in(folder));
        try {
            Map<String, Long> erased = books.retention().erase(user).await(WITHIN_MINUTES, TimeUnit.MINUTES);
            erased.forEach((table, rows) -> System.out.println("headcount: " + rows + " rows deleted from " + table));
            System.out.println("headcount: no other table names a user; repeat it when the session log is empty");
            return 0;
        } catch (TimeoutException e) {
            System.err.println("headcount: not finished within " + WITHIN_MINUTES + " minutes; run it again to go on");
            return 1;
        } catch (RuntimeException e) {
            System.err.println("headcount: the user could not be erased: " + reason(e));
            return 1;
        } finally {
            vertx.close();
        }
    }
}
