-- Forgets streams in a part of the index of live streams, unless they were announced a moment ago: whoever found them
-- empty may have looked before somebody came.
-- KEYS  1 live:index:{k}
-- ARGV  the streams
-- Result number of streams forgotten
-- Cost  2 us a stream

local MOMENT_MILLIS = 30000
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local forgotten = 0
for _, stream in ipairs(ARGV) do
  local at = tonumber(redis.call('ZSCORE', KEYS[1], stream) or now)
  if now - at > MOMENT_MILLIS then
    forgotten = forgotten + redis.call('ZREM', KEYS[1], stream)
  end
end
return forgotten
