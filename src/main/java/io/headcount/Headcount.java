package io.headcount;

import io.headcount.load.LoadCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "headcount",
        description = "Counts, exactly and in real time, how many different people watch each live stream.",
        mixinStandardHelpOptions = true,
        versionProvider = Headcount.Version.class,
        subcommands = {
            NodeCommand.class,
            MigrateCommand.class,
            EraseCommand.class,
            StatisticsCommand.class,
            DoctorCommand.class,
            LoadCommand.class
        })
public final class Headcount implements Runnable {
    /** Exit code of a configuration that cannot be used (EX_CONFIG of sysexits.h). */
    static final int EXIT_CONFIG = 78;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    /** Runs a command and exits with its code: 0 fine, 1 failed, 2 wrong usage, 78 wrong configuration. */
    public static void main(String[] arguments) {
        // Before Hazelcast's first class is loaded: its own configuration is read too late for the first lines.
        System.setProperty("hazelcast.logging.type", "slf4j");
        int code = new CommandLine(new Headcount()).execute(arguments);
        // A node goes on in its own threads; its command does not return before it ends.
        System.exit(code);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: node, migrate, doctor, statistics, erase or load (--help explains).");
    }

    /** From the jar's manifest; classes in a folder have none. */
    static String version() {
        String version = Headcount.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }

    /** For {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"headcount " + version()};
        }
    }
}
