package io.headcount;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.headcount.config.ConfigException;
import io.headcount.config.HeadcountConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads the configuration file: YAML to a tree of maps, which {@code config} then checks. */
final class ConfigFile {
    private ConfigFile() {}

    static HeadcountConfig read(Path file) throws ConfigException {
        return HeadcountConfig.read(tree(file), System.getenv());
    }

    /** The folder that paths in the file are relative to. */
    static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    private static Map<String, ?> tree(Path file) throws ConfigException {
        if (!Files.isReadable(file)) {
            throw new ConfigException(
                    List.of(file + ": there is no such file, or it cannot be read; name one with --config"));
        }
        try {
            Map<String, Object> tree =
                    new YAMLMapper().readValue(Files.readAllBytes(file), new TypeReference<Map<String, Object>>() {});
            return tree == null ? Map.of() : tree;
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
            throw new ConfigException(
                    List.of(file + where + ": not YAML of keys and values: " + e.getOriginalMessage()));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + ": cannot be read: " + e.getMessage()));
        }
    }
}
