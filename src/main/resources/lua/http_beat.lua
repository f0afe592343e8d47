-- A sign of life of a viewer without WebSocket; the first one (and the first after Redis lost its data) opens the
-- session. One that ended (DELETE, 60 s without a beat) stays ended as long as its mark lives.
-- KEYS  1 live:users:{S}  2 live:nodes:{S}  3 live:stat:{S}  4 live:beats:{S}  5 live:node:{S}:beat
--       6 live:tabs:{S}:U  7 hb:{S}:SESSION  8 ended:{S}:SESSION
-- ARGV  1 session  2 user  3 issued at, epoch milliseconds  4 bucket length, milliseconds
--       5 most tabs a user may have, 0 for any number
-- Result {0 alive, 1 ended or 2 not opened since its user has enough tabs, viewers, sessions, peak, peakAt, now, rev}
-- Cost  15 us
-- include: stat

local users, nodes, stat, beats, held, tabs, heartbeat, mark = unpack(KEYS)
local session, user, bucket_millis, most_tabs = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local ALIVE, ENDED, TOO_MANY = 0, 1, 2
local TTL_SECONDS = 60

local now = now_millis()
local due = tonumber(redis.call('ZSCORE', beats, session))
local outcome = ALIVE
if redis.call('EXISTS', mark) == 1 or (due and due <= now) then
  outcome = ENDED
elseif not due and most_tabs > 0 and redis.call('HLEN', tabs) >= most_tabs then
  outcome = TOO_MANY
else
  local before = redis.call('SCARD', users)
  redis.call('ZADD', beats, string.format('%.0f', now + TTL_SECONDS * 1000), session)
  redis.call('HSETNX', held, session, user .. ':' .. ARGV[3])
  redis.call('HSET', tabs, session, 'beat')
  redis.call('SET', heartbeat, 'beat', 'EX', TTL_SECONDS)
  redis.call('SADD', users, user)
  redis.call('EXPIRE', users, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
  local after = redis.call('SCARD', users)
  if not due or after ~= before then
    note(stat, now, bucket_millis, before, after, due and 0 or 1, 0)
  end
end
local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
return { outcome, viewers, sessions, peak, peak_at, at, rev }
