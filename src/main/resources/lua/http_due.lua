-- Viewers without WebSocket whose time is over, and ended ones that the session log may lack.
-- KEYS  1 live:beats:{S}  2 live:node:{S}:beat  3 live:ended:{S}
-- ARGV  1 the most of each
-- Result {{session, user:joinedAt, ...}, {session, user:joinedAt:leftAt:cause, ...}}
-- Cost  2 us a session
-- include: stat

local most = tonumber(ARGV[1])
local due = {}
for _, session in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_millis(), 'LIMIT', 0, most)) do
  due[#due + 1] = session
  due[#due + 1] = redis.call('HGET', KEYS[2], session) or ''
end
return { due, redis.call('HSCAN', KEYS[3], '0', 'COUNT', most)[2] }
