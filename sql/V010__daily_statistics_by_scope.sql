-- Statistics of a day for more than streams. Different users, and those that are new, do not add up over streams: a
-- broadcaster's, a category's and the platform's have to be counted for themselves. (The table was never written before.)
ALTER TABLE daily_statistics
    DROP PRIMARY KEY,
    DROP KEY by_stream,
    RENAME COLUMN stream_id TO subject_id,
    ADD COLUMN scope VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'stream'
        COMMENT 'stream, broadcaster, category, platform' AFTER `day`,
    ADD COLUMN new_viewers BIGINT NOT NULL DEFAULT 0 COMMENT 'without an earlier session that the books still have',
    ADD COLUMN returning_viewers BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN viewer_minutes DOUBLE NOT NULL DEFAULT 0 COMMENT 'different users, over time; from viewer_history',
    ADD COLUMN avg_watch_seconds DOUBLE NOT NULL DEFAULT 0 COMMENT 'of a session, on that day',
    ADD COLUMN revenue_estimate DOUBLE NULL COMMENT 'viewer_minutes / 1000 * cpm; NULL where no cpm is known',
    ADD PRIMARY KEY (`day`, scope, subject_id),
    ADD KEY by_subject (scope, subject_id, `day`);

-- What a thousand viewer-minutes of a category are estimated to bring, in whatever currency the platform counts.
ALTER TABLE categories ADD COLUMN cpm DOUBLE NULL;
