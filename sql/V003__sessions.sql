-- The viewing sessions: one row for each socket that was open.

-- (session, joined_at) is the key, and of two rows with one key the first stays: that makes exactly-once out of the
-- session log's at-least-once. joined_at is in the key because MySQL wants the partitioning column in every unique key.
-- Partitioned by day (UTC), so that days past their retention are dropped and not deleted row by row. "past" and
-- "future" as in viewer_history.
CREATE TABLE user_sessions (
    `session`     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    joined_at     DATETIME(3) NOT NULL,
    stream_id     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    node          VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    left_at       DATETIME(3) NOT NULL,
    watch_seconds BIGINT NOT NULL,
    -- VARCHAR, not ENUM: a new cause in the program needs no rebuild of the largest table.
    end_cause     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (`session`, joined_at),
    -- "What do you know about me", and its erasure.
    KEY by_user (user_id, joined_at),
    -- Who watched a stream in a period; the day's statistics.
    KEY by_stream (stream_id, joined_at)
) DEFAULT CHARACTER SET utf8mb4
  PARTITION BY RANGE COLUMNS (joined_at) (
    PARTITION past VALUES LESS THAN ('2026-01-01'),
    PARTITION future VALUES LESS THAN (MAXVALUE)
);

-- Entries of the session log that cannot become a row of user_sessions (unreadable, or refused by MySQL for what they
-- say): set aside with the reason, so that one of them never holds up the thousands behind it. Normally empty; a row
-- is a bug to be looked at. Part and entry id say where it came from, and make a repeated write harmless.
CREATE TABLE session_rejects (
    part        SMALLINT NOT NULL,
    entry_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    raw         VARCHAR(4000) NOT NULL,
    error       VARCHAR(500) NOT NULL,
    rejected_at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    PRIMARY KEY (part, entry_id)
) DEFAULT CHARACTER SET utf8mb4;
