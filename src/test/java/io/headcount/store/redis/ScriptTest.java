package io.headcount.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScriptTest {
    @Test
    void replacesIncludeLinesByTheFilesTheyNameIncludesInIncludesToo() {
        Script script = Script.load("it_append");

        assertThat(script.source())
                .contains("local command = 'RPUSH'", "local function append", "return append(KEYS[1], ARGV[1])")
                .doesNotContain("-- include:");
        assertThat(script.name()).isEqualTo("it_append");
    }

    @Test
    void hashesTheSourceAsRedisDoes() {
        assertThat(Script.of("answer", "return 42").sha()).isEqualTo("1fa00e76656cc152ad327c13fe365858fd7be306");
    }

    @Test
    void refusesAScriptThatIsNotThere() {
        assertThatThrownBy(() -> Script.load("no_such_script"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/lua/no_such_script.lua");
    }

    @Test
    void refusesAScriptThatIncludesItself() {
        assertThatThrownBy(() -> Script.load("it_circle"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it_circle");
    }
}
