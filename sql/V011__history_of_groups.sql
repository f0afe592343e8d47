-- History of everything that is more than one stream: a category's and the platform's, a row a bucket. Ten thousand live
-- streams are 2.9 million rows of viewer_history a day, too many to sum up for each question. Keepers sum up each bucket
-- once it is written, and the last ones again; the statistics of a day do it for the whole day, for what came late. A
-- broadcaster has few streams: its history is read from theirs.
CREATE TABLE group_history (
    scope      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'category, platform',
    subject_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    bucket_at  DATETIME(3) NOT NULL,
    streams    BIGINT NOT NULL COMMENT 'with a row of their own',
    `open`     BIGINT NOT NULL,
    `close`    BIGINT NOT NULL,
    -- The sum of the streams' averages. What the sum was at its highest or lowest moment nobody knows.
    `avg`      DOUBLE NOT NULL,
    joins      BIGINT NOT NULL,
    leaves     BIGINT NOT NULL,
    coverage   DOUBLE NOT NULL COMMENT 'of the stream that was observed longest',
    PRIMARY KEY (scope, subject_id, bucket_at),
    KEY by_bucket (bucket_at)
) DEFAULT CHARACTER SET utf8mb4;
