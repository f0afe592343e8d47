-- Removes sessions of a dead incarnation from one stream, but only where they still belong to it: late or repeated, it
-- harms nothing. With the last one its report goes too.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then for each session: live:tabs:{S}:U, hb:{S}:SESSION
-- ARGV  1 N#e  2 bucket length, milliseconds, then for each session: session, user
-- Result {viewers, sessions, peak, peakAt, now, rev}
-- Cost  8 us a session
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, bucket_millis = ARGV[1], tonumber(ARGV[2])
local FIRST_KEY, FIRST_ARG = 6, 3

local now = now_millis()
local before = redis.call('SCARD', users)
local gone, left = {}, {}
for i = 0, (#KEYS - FIRST_KEY + 1) / 2 - 1 do
  local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
  local session, user = ARGV[FIRST_ARG + 2 * i], ARGV[FIRST_ARG + 2 * i + 1]
  local owner = redis.call('HGET', tabs, session)
  if owner == incarnation then
    redis.call('HDEL', tabs, session)
    redis.call('UNLINK', heartbeat)
  end
  if redis.call('EXISTS', tabs) == 0 then
    left[#left + 1] = user
  end
  gone[#gone + 1] = session
end
call_all('HDEL', node, gone)
call_all('SREM', users, left)

local remaining = redis.call('HLEN', node)
if remaining == 0 then
  redis.call('HDEL', nodes, incarnation)
else
  local sockets, number, when = parse_report(redis.call('HGET', nodes, incarnation))
  redis.call('HSET', nodes, incarnation, format_report(sockets, number, when, remaining))
end
if #gone > 0 then
  note(stat, now, bucket_millis, before, redis.call('SCARD', users), 0, #gone)
end
local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
return { viewers, sessions, peak, peak_at, at, rev }
