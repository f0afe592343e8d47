package io.headcount.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Values by dotted key ({@code http.port}), from a tree of maps and from the environment ({@code HEADCOUNT_HTTP_PORT},
 * camel humps as underscores: {@code HEADCOUNT_AUTH_ADMIN_TOKEN}), which wins. Collects problems instead of throwing:
 * {@link #check} reports them all.
 */
final class Settings {
    static final String HOST = "[A-Za-z0-9._:-]+";
    static final String HOST_PORT = "[A-Za-z0-9._-]+:[0-9]{1,5}";
    private static final String PREFIX = "HEADCOUNT_";
    private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");

    private final Map<String, Object> values = new TreeMap<>();
    private final Map<String, String> environment;
    private final TreeSet<String> known = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    Settings(Map<String, ?> tree, Map<String, String> environment) {
        flatten("", tree);
        this.environment = environment;
    }

    static String environmentName(String key) {
        return PREFIX + HUMP.matcher(key).replaceAll("$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    int integer(String key, int byDefault, int least, int most) {
        return (int) number(key, byDefault, least, most);
    }

    long number(String key, long byDefault, long least, long most) {
        Object value = raw(key);
        if (value == null) {
            return byDefault;
        }
        String range = "a whole number from " + least + " to " + most;
        try {
            long number = Long.parseLong(value.toString().trim());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        problem(key, value, range);
        return byDefault;
    }

    boolean flag(String key, boolean byDefault) {
        Object value = raw(key);
        if (value == null) {
            return byDefault;
        }
        return switch (value.toString().trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                problem(key, value, "true or false");
                yield byDefault;
            }
        };
    }

    String text(String key, String byDefault) {
        return text(key, byDefault, ".*", "text");
    }

    String text(String key, String byDefault, String pattern, String allowed) {
        Object value = raw(key);
        if (value == null) {
            return byDefault;
        }
        String text = value.toString().trim();
        if (value instanceof List || !text.matches(pattern)) {
            problem(key, value, allowed);
            return byDefault;
        }
        return text;
    }

    <E extends Enum<E>> E choice(String key, E byDefault, Class<E> type) {
        Object value = raw(key);
        if (value == null) {
            return byDefault;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value.toString().trim())) {
                return constant;
            }
        }
        problem(key, value, "one of " + names(type));
        return byDefault;
    }

    <E extends Enum<E>> List<E> choices(String key, List<E> byDefault, Class<E> type) {
        List<String> texts = list(key, null, ".+", "a list of " + names(type));
        if (texts == null) {
            return byDefault;
        }
        List<E> chosen = new ArrayList<>();
        for (String text : texts) {
            Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst()
                    .ifPresentOrElse(chosen::add, () -> problem(key, text, "a list of " + names(type)));
        }
        return chosen.isEmpty() ? byDefault : List.copyOf(chosen);
    }

    List<String> list(String key, List<String> byDefault, String pattern, String allowed) {
        Object value = raw(key);
        if (value == null) {
            return byDefault;
        }
        List<?> items =
                value instanceof List<?> list ? list : List.of(value.toString().split(",", -1));
        List<String> texts = items.stream()
                .map(item -> String.valueOf(item).trim())
                .filter(item -> !item.isEmpty())
                .toList();
        for (String text : texts) {
            if (!text.matches(pattern)) {
                problem(key, text, allowed);
            }
        }
        return texts;
    }

    void problem(String key, Object value, String allowed) {
        problems.add(key + " = " + (secret(key) ? "***" : value) + ": must be " + allowed + source(key));
    }

    /**
     * Reports everything that was wrong, and the keys that nobody asked for.
     *
     * @throws ConfigException when there is anything to report
     */
    void check() throws ConfigException {
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            if (!known.contains(entry.getKey())) {
                problems.add(entry.getKey() + " = " + entry.getValue() + ": unknown key" + nearest(entry.getKey()));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** Environment variables with our prefix that no key answers to; worth a warning. */
    List<String> unknownEnvironment() {
        TreeSet<String> names =
                known.stream().map(Settings::environmentName).collect(Collectors.toCollection(TreeSet::new));
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !names.contains(name))
                // Read by the log configuration, the start script and the tests.
                .filter(name -> !name.matches(PREFIX + "(LOG|JAVA|TEST)_\\w+"))
                .sorted()
                .toList();
    }

    private Object raw(String key) {
        known.add(key);
        String override = environment.get(environmentName(key));
        return override != null ? override : values.get(key);
    }

    private String source(String key) {
        return environment.containsKey(environmentName(key)) ? " (from " + environmentName(key) + ")" : "";
    }

    private String nearest(String key) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        return known.stream()
                .filter(candidate -> candidate.endsWith("." + last))
                .findFirst()
                .map(candidate -> ", did you mean " + candidate + "?")
                .orElse("; the keys are listed in conf/headcount.yaml");
    }

    private static boolean secret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.endsWith("password")
                || lower.endsWith("token")
                || lower.endsWith("secret")
                || lower.endsWith("keys");
    }

    private static <E extends Enum<E>> String names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private void flatten(String prefix, Map<?, ?> tree) {
        tree.forEach((name, value) -> {
            String key = prefix.isEmpty() ? String.valueOf(name) : prefix + "." + name;
            if (value instanceof Map<?, ?> map) {
                flatten(key, map);
            } else if (value != null) {
                values.put(key, value);
            }
        });
    }
}
