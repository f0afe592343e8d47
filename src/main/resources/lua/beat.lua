-- Renews heartbeats of an incarnation's sessions on one stream, reports its sockets, and says what Redis holds for it.
-- Users of these sessions that are missing in the set, and tabs (a lost or deleted member), are put back.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then for each session: live:tabs:{S}:U, hb:{S}:SESSION
-- ARGV  1 N#e  2 number of the last batch that the node knows to be applied  3 sockets that it counts
--       4 bucket length, milliseconds  5 forget (1: the node has nothing here any more and will start anew)
--       6 renew (1: the TTLs of all keys; else only heartbeats, which is all that replicas are then told to write)
--       then for each session: session, user
-- Result {viewers, sessions, peak, peakAt, now, rev, asserted, last number seen, users put back,
--         {sessions of these that are not held}}
-- Cost  COST
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, number, sockets = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket_millis, forget, renew = tonumber(ARGV[4]), ARGV[5] == '1', ARGV[6] == '1'
local FIRST_KEY, FIRST_ARG, HEARTBEAT_SECONDS = 6, 7, 60

local now = now_millis()
local reported, last = parse_report(redis.call('HGET', nodes, incarnation))
local held = redis.call('HLEN', node)
local restored, missing = 0, {}

local beaten = {}
for i = FIRST_ARG, #ARGV, 2 do
  beaten[#beaten + 1] = ARGV[i]
end

-- An incarnation that Redis does not know (it was reaped, or Redis lost data) is told so, and writes nothing; nor does
-- one that a later life has shut out.
if last > 0 and last ~= SHUT_OUT then
  local before = redis.call('SCARD', users)
  local present = {}
  local holds = #beaten > 0 and redis.call('HMGET', node, unpack(beaten)) or {}
  for i, session in ipairs(beaten) do
    local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i - 2], KEYS[FIRST_KEY + 2 * i - 1]
    -- Only what the incarnation asserts: a session that left a moment ago must not be raised from the dead.
    if holds[i] then
      redis.call('SET', heartbeat, incarnation, 'EX', HEARTBEAT_SECONDS)
      local lost = redis.call('HEXISTS', tabs, session) == 0
      if lost then
        redis.call('HSET', tabs, session, incarnation)
      end
      if lost or renew then
        redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
      end
      present[#present + 1] = ARGV[FIRST_ARG + 2 * i - 1]
    else
      missing[#missing + 1] = session
    end
  end
  restored = call_all('SADD', users, present)
  if restored > 0 then
    note(stat, now, bucket_millis, before, before + restored, 0, 0)
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
