package io.headcount;

import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import io.headcount.store.BookException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that needs the configuration. */
abstract class Configured implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file (default: ${DEFAULT-VALUE}); every key can be set by environment.")
    private Path file = Path.of("conf", "headcount.yaml");

    @Override
    public final Integer call() {
        try {
            HeadcountConfig config = ConfigFile.read(file);
            config.warnings().forEach(warning -> System.err.println("headcount: " + warning));
            return run(config, ConfigFile.folder(file));
        } catch (ConfigException e) {
            System.err.println("headcount: the configuration " + file + " cannot be used:");
            e.problems().forEach(problem -> System.err.println("  " + problem));
            return Headcount.EXIT_CONFIG;
        }
    }

    /** Does the work; returns the exit code. */
    abstract int run(HeadcountConfig config, Path folder);

    /** The message of a failure's first cause that says something. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getMessage() == null) {
            cause = cause.getCause();
        }
        if (cause instanceof BookException books) {
            return books.getMessage() + ": " + books.advice();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
