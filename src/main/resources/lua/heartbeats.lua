#!lua flags=no-writes
-- How long ago sessions were last renewed.
-- KEYS  hb:{S}:SESSION of each session
-- Result {now, then for each session: milliseconds that its heartbeat still lives, or -2 where it is gone}
-- Cost  1 us a session

local t = redis.call('TIME')
local answer = { t[1] * 1000 + math.floor(t[2] / 1000) }
for i, key in ipairs(KEYS) do
  answer[i + 1] = redis.call('PTTL', key)
end
return answer
