package io.headcount.dev;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a mysqld ended, in words that say what to do. */
final class MySqlFailure {
    private static final Pattern LIBRARY = Pattern.compile("loading shared libraries: ([^:]+):");

    private MySqlFailure() {}

    static String explain(ChildProcess mysql) {
        List<String> tail = mysql.tail(40);
        String text = String.join("\n", tail);
        String where = " (log: " + mysql.log() + ")";
        Matcher library = LIBRARY.matcher(text);
        if (library.find()) {
            return "MySQL needs " + library.group(1)
                    + ", which this system lacks. Start with scripts/run or scripts/test,"
                    + " which fetch it, or: sudo apt-get install libaio1 libnuma1"
                    + " (Ubuntu 24.04 and later: libaio1t64 libnuma1)" + where;
        }
        if (text.contains("Address already in use")) {
            return "MySQL's port is in use by another process" + where;
        }
        if (text.contains("No space left on device")) {
            return "MySQL found no space left on the device" + where;
        }
        String errors = String.join(
                " | ", tail.stream().filter(line -> line.contains("[ERROR]")).toList());
        return "MySQL ended" + (mysql.isAlive() ? "" : " with code " + mysql.exitCode()) + where + ": "
                + (errors.isEmpty() ? String.join(" | ", mysql.tail(3)) : errors);
    }
}
