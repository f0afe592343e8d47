package io.headcount.store.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings in {@code conf/mysql}: a real server takes each of them, and means by it what is written there. */
class MySqlSettingsIT {
    /** What a test machine has no room for. */
    private static final Map<String, String> SMALLER =
            Map.of("innodb_buffer_pool_size", "67108864", "innodb_redo_log_capacity", "67108864");

    @Test
    void areTakenByARealServer() throws Exception {
        Map<String, String> settings = settings();
        List<String> arguments = new ArrayList<>();
        settings.forEach((name, value) -> arguments.add("--" + name + "=" + value));

        OwnMySql mysql = new OwnMySql(arguments);
        try {
            assertThat(settings).hasSizeGreaterThan(10);
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                assertThat(mysql.one("", "SELECT @@global." + variable(setting.getKey())))
                        .as(setting.getKey())
                        .isEqualTo(setting.getValue().equals("ON") ? on(setting.getKey()) : setting.getValue());
            }
        } finally {
            mysql.stop();
        }
    }

    /** One option sets a variable of another name. */
    private static String variable(String option) {
        return option.equals("default_time_zone") ? "time_zone" : option;
    }

    /** Some say 1. */
    private static String on(String name) {
        return name.equals("skip_name_resolve") ? "1" : "ON";
    }

    private static Map<String, String> settings() throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("conf", "mysql", "headcount.cnf"))) {
            if (line.contains("=") && !line.startsWith("#")) {
                String[] parts = line.split("=", 2);
                String name = parts[0].strip();
                settings.put(name, SMALLER.getOrDefault(name, parts[1].strip().replace("'", "")));
            }
        }
        return settings;
    }
}
