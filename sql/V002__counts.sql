-- The counts: now, and over time.

-- A mirror of Redis: one row a stream, upserted by primary key in batches, never joined on the way in. A row is only
-- replaced by a count that is not older: by as_of (Redis' clock), then by revision, which orders counts of the same
-- millisecond. So two keepers that both own a stream for a moment, or a write that was delayed, do no harm. A stream
-- that nobody watches any more keeps its row, with 0.
CREATE TABLE current_viewers (
    stream_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    viewers      BIGINT NOT NULL,
    sessions     BIGINT NOT NULL,
    peak_viewers BIGINT NOT NULL,
    peak_at      DATETIME(3) NULL,
    as_of        DATETIME(3) NOT NULL,
    revision     BIGINT NOT NULL,
    PRIMARY KEY (stream_id),
    -- The ranking reads this index in order and stops after a page; streams without viewers are at its end.
    KEY by_viewers (viewers DESC, stream_id)
) DEFAULT CHARACTER SET utf8mb4;

-- One row a live stream and bucket (5 minutes by default). A bucket is known by its start, so that a repeated write is
-- the same row. Partitioned by month: the rows of a month are read together, and an old month is dropped at once.
-- "past" takes what is older than the first partition that was prepared and "future" takes what is newer than the
-- last: no row is ever refused for its time. The keepers split "future" ahead of time (this month and three more), as
-- long as it is empty, which copies nothing.
CREATE TABLE viewer_history (
    stream_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    bucket_at DATETIME(3) NOT NULL,
    `open`    BIGINT NOT NULL,
    `close`   BIGINT NOT NULL,
    `min`     BIGINT NOT NULL,
    `max`     BIGINT NOT NULL,
    `avg`     DOUBLE NOT NULL,
    joins     BIGINT NOT NULL,
    leaves    BIGINT NOT NULL,
    -- How much of the bucket was observed, 0 to 1: what tells a quiet stream from one that nobody counted.
    coverage  DOUBLE NOT NULL,
    PRIMARY KEY (stream_id, bucket_at),
    -- Everything of one bucket, in the order of a ranking (places gained or lost since then).
    KEY by_bucket (bucket_at, `close` DESC, stream_id)
) DEFAULT CHARACTER SET utf8mb4
  PARTITION BY RANGE COLUMNS (bucket_at) (
    PARTITION past VALUES LESS THAN ('2026-01-01'),
    PARTITION future VALUES LESS THAN (MAXVALUE)
);
