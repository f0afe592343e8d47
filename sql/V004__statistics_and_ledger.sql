-- What is computed from the rest, and what was repaired.

-- One row a stream and day, denormalised (title, broadcaster and category as they were), so that reports read this
-- table alone and never the live ones. The day is that of books.zone, not of UTC.
CREATE TABLE daily_statistics (
    `day`          DATE NOT NULL,
    stream_id      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title          VARCHAR(200) NULL,
    broadcaster_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    category_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    viewers        BIGINT NOT NULL COMMENT 'different users',
    sessions       BIGINT NOT NULL,
    watch_seconds  BIGINT NOT NULL,
    peak_viewers   BIGINT NOT NULL,
    peak_at        DATETIME(3) NULL,
    avg_viewers    DOUBLE NOT NULL COMMENT 'over the time that was observed',
    live_seconds   BIGINT NOT NULL COMMENT 'with at least one viewer',
    computed_at    DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    PRIMARY KEY (`day`, stream_id),
    KEY by_stream (stream_id, `day`),
    KEY by_broadcaster (broadcaster_id, `day`),
    KEY by_category (category_id, `day`)
) DEFAULT CHARACTER SET utf8mb4;

-- The ledger: every time that Redis was corrected from the sockets. The unique key makes a repeated write harmless.
CREATE TABLE reconciliations (
    id        BIGINT NOT NULL AUTO_INCREMENT,
    stream_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    node      VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'incarnation, N#e',
    `before`  BIGINT NOT NULL COMMENT 'sessions that Redis held for it',
    `after`   BIGINT NOT NULL COMMENT 'sessions that it really had',
    added     BIGINT NOT NULL,
    removed   BIGINT NOT NULL,
    cause     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    duration  BIGINT NOT NULL COMMENT 'milliseconds',
    `at`      DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY once (stream_id, node, `at`, cause),
    KEY by_time (`at`)
) DEFAULT CHARACTER SET utf8mb4;
