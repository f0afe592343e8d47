#!lua flags=no-writes
-- Reads a stream: its count and what each incarnation reports. Runs on replicas.
-- KEYS  1 live:users:{S}  2 live:nodes:{S}  3 live:stat:{S}  4 live:beats:{S}
-- Result {viewers, sessions, peak, peakAt, now, rev, [N#e, report, ...]}
-- Cost  6 us and O(nodes of the stream)
-- include: stat

local viewers, sessions, peak, peak_at, at, rev = counted(KEYS[1], KEYS[2], KEYS[3], KEYS[4], now_millis())
return { viewers, sessions, peak, peak_at, at, rev, redis.call('HGETALL', KEYS[2]) }
