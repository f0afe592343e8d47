-- Notes that streams are alive in a part of the index of live streams, and drops those silent for a quarter hour.
-- KEYS  1 live:index:{k}: sorted set of streams by the time of their last announcement, epoch milliseconds
-- ARGV  the streams
-- Result number of streams in the part
-- Cost  2 us a stream

local SILENCE_MILLIS = 900000
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for _, stream in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), stream)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - SILENCE_MILLIS))
return redis.call('ZCARD', KEYS[1])
