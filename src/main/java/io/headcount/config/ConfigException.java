package io.headcount.config;

import java.util.List;

/** The configuration cannot be used; {@link #problems} says everything that is wrong with it. */
public final class ConfigException extends Exception {
    private final List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line a problem: key, value, what is allowed. */
    public List<String> problems() {
        return problems;
    }
}
