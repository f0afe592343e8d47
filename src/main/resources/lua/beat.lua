-- Renews heartbeats of an incarnation's sessions on one stream, reports its sockets, and says what Redis holds for it.
-- Users of these sessions that are missing in the set (a lost or deleted member) are put back. What only guards against
-- garbage is renewed seldom: it would double what masters and replicas have to do.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then hb:{S}:SESSION of each session; with renew then live:tabs:{S}:U of each
-- ARGV  1 N#e  2 number of the last batch that the node knows to be applied  3 sockets that it counts
--       4 bucket length, milliseconds  5 forget (1: the node has nothing here any more and will start anew)
--       6 renew (1: the TTLs of all keys, and tabs that are missing are put back; 0: heartbeats alone)
--       then for each session: session, user
-- Result {viewers, sessions, peak, peakAt, now, rev, asserted, last number seen, users put back,
--         {sessions of these that are not held}}
-- Cost  4 us a session on the master and 1.5 on the replica, 8 and 4 with renew; O(nodes of the stream) on top
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, number, sockets = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket_millis, forget, renew = tonumber(ARGV[4]), ARGV[5] == '1', ARGV[6] == '1'
local FIRST_KEY, FIRST_ARG, HEARTBEAT_SECONDS = 6, 7, 60
local count = (#ARGV - FIRST_ARG + 1) / 2

local now = now_millis()
local reported, last = parse_report(redis.call('HGET', nodes, incarnation))
local held = redis.call('HLEN', node)
local restored, missing = 0, {}

local function beat(i, session)
  local heartbeat = KEYS[FIRST_KEY + i]
  if redis.call('EXPIRE', heartbeat, HEARTBEAT_SECONDS) == 0 then
    redis.call('SET', heartbeat, incarnation, 'EX', HEARTBEAT_SECONDS)
  end
  if renew then
    local tabs = KEYS[FIRST_KEY + count + i]
    if redis.call('HEXISTS', tabs, session) == 0 then
      redis.call('HSET', tabs, session, incarnation)
    end
    redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
  end
end

-- Sessions that are held are beaten: one that left a moment ago must not be raised from the dead. Returns their users.
local function beat_held()
  local sessions, present = {}, {}
  for i = 0, count - 1 do
    sessions[i + 1] = ARGV[FIRST_ARG + 2 * i]
  end
  local holds = redis.call('HMGET', node, unpack(sessions))
  for i, session in ipairs(sessions) do
    if holds[i] then
      beat(i - 1, session)
      present[#present + 1] = ARGV[FIRST_ARG + 2 * i - 1]
    else
      missing[#missing + 1] = session
    end
  end
  return present
end

-- An incarnation that Redis does not know (it was reaped, or Redis lost data) is told so, and writes nothing; nor does
-- one that a later life has shut out.
if last > 0 and last ~= SHUT_OUT then
  if count > 0 then
    local before = redis.call('SCARD', users)
    restored = call_all('SADD', users, beat_held())
    if restored > 0 then
      note(stat, now, bucket_millis, before, before + restored, 0, 0)
    end
  end
  -- A batch that was applied meanwhile brought a report of its own, which fits what is held now; this one does not.
  if number ~= last then
    sockets = reported
  end
  if forget and held == 0 and number == last then
    redis.call('HDEL', nodes, incarnation)
  else
    redis.call('HSET', nodes, incarnation, format_report(sockets, last, now, held))
  end
  if renew or restored > 0 then
    redis.call('EXPIRE', users, LIVE_TTL_SECONDS)
    redis.call('EXPIRE', node, LIVE_TTL_SECONDS)
    redis.call('EXPIRE', nodes, LIVE_TTL_SECONDS)
  end
end
local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
return { viewers, sessions, peak, peak_at, at, rev, held, last, restored, missing }
