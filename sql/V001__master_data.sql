-- Master data: who broadcasts what to whom.
--
-- Conventions of every table, in this and all later migrations:
--   * Ids are VARCHAR(64) ascii, ascii_bin: the id rule is [A-Za-z0-9_-]{1,64}, "Ab" and "ab" are two streams, and one
--     byte a character keeps the indexes small. (MySQL's default collation would make them one.)
--   * What people read is utf8mb4.
--   * Times are DATETIME(3) in UTC. DATETIME, not TIMESTAMP: it does not change with the session's time_zone, does not
--     end in 2038, and can be the column that a table is partitioned by.
--   * No foreign keys: a count or a session is written whether or not somebody registered its stream (the viewers'
--     tables must never wait for the master data), and partitioned tables cannot have them.

CREATE TABLE users (
    user_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name       VARCHAR(100) NULL,
    created_at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    PRIMARY KEY (user_id)
) DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE broadcasters (
    broadcaster_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name           VARCHAR(100) NULL,
    created_at     DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    PRIMARY KEY (broadcaster_id)
) DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE categories (
    category_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name        VARCHAR(100) NULL,
    created_at  DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    PRIMARY KEY (category_id)
) DEFAULT CHARACTER SET utf8mb4;

-- A row comes from PUT /v1/streams/{id}, or by itself with a stream's first viewer (streams.registration: open); then
-- all that is known is the id. The peak is the highest ever: it only grows, also when Redis has lost its own.
CREATE TABLE streams (
    stream_id      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title          VARCHAR(200) NULL,
    broadcaster_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    category_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    status         ENUM ('active', 'ended') NOT NULL DEFAULT 'active',
    peak_viewers   BIGINT NOT NULL DEFAULT 0,
    peak_at        DATETIME(3) NULL,
    created_at     DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
    ended_at       DATETIME(3) NULL,
    PRIMARY KEY (stream_id),
    KEY by_category (category_id, stream_id),
    KEY by_broadcaster (broadcaster_id, stream_id)
) DEFAULT CHARACTER SET utf8mb4;
