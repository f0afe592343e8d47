-- Ends sessions of viewers without WebSocket: those asked for, or those whose time is over. What is ended stays in
-- live:ended until the session log has it; a repetition changes nothing.
-- KEYS  1 live:users:{S}  2 live:nodes:{S}  3 live:stat:{S}  4 live:beats:{S}  5 live:node:{S}:beat  6 live:ended:{S}
--       then for each session: live:tabs:{S}:U, hb:{S}:SESSION, ended:{S}:SESSION
-- ARGV  1 bucket length, milliseconds  2 cause  3 1 for those whose time is over only
--       4 so long a mark says that a session has ended, milliseconds, then for each session: session, user
-- Result {number of sessions ended, viewers, sessions, peak, peakAt, now, rev}
-- Cost  15 us a session
-- include: stat

local users, nodes, stat, beats, held, over = unpack(KEYS, 1, 6)
local bucket_millis, cause, due_only, mark_millis = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1', ARGV[4]
local FIRST_KEY, FIRST_ARG, TTL_MILLIS = 7, 5, 60000

local now = now_millis()
local before = redis.call('SCARD', users)
local ended = 0
for i = 0, (#KEYS - FIRST_KEY + 1) / 3 - 1 do
  local key = FIRST_KEY + 3 * i
  local tabs, heartbeat, mark = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  local session, user = ARGV[FIRST_ARG + 2 * i], ARGV[FIRST_ARG + 2 * i + 1]
  local due = tonumber(redis.call('ZSCORE', beats, session))
  if due and (due <= now or not due_only) then
    local record = redis.call('HGET', held, session)
    local last_beat = due - TTL_MILLIS
    redis.call('ZREM', beats, session)
    redis.call('HDEL', held, session)
    if record then
      local left = due_only and last_beat or now
      redis.call('HSET', over, session, string.format('%s:%.0f:%s', record, left, cause))
    end
    redis.call('HDEL', tabs, session)
    if redis.call('EXISTS', tabs) == 0 then
      redis.call('SREM', users, user)
    end
    ended = ended + 1
  end
  if not due_only or (due and due <= now) then
    redis.call('UNLINK', heartbeat)
    redis.call('SET', mark, '', 'PX', mark_millis)
  end
end
if ended > 0 then
  note(stat, now, bucket_millis, before, redis.call('SCARD', users), 0, ended)
end
local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
return { ended, viewers, sessions, peak, peak_at, at, rev }
