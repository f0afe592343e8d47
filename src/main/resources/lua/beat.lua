-- Renews heartbeats of an incarnation's sessions on one stream, reports its sockets, and says what Redis holds for it.
-- Users of these sessions that are missing in the set (a lost or deleted member) are put back.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then for each session: live:tabs:{S}:U, hb:{S}:SESSION
-- ARGV  1 N#e  2 number of the last batch that the node knows to be applied  3 sockets that it counts
--       4 bucket length, milliseconds  5 forget (1: the node has nothing here any more and will start anew)
--       then for each session: session, user
-- Result {viewers, sessions, peak, peakAt, now, rev, asserted, last number seen, users put back}
-- Cost  5 us a session
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, number, sockets = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket_millis, forget = tonumber(ARGV[4]), ARGV[5] == '1'
local FIRST_KEY, FIRST_ARG, HEARTBEAT_SECONDS = 6, 6, 60

local now = now_millis()
local reported, last = parse_report(redis.call('HGET', nodes, incarnation))
local held = redis.call('HLEN', node)
local restored = 0

-- An incarnation that Redis does not know (it was reaped, or Redis lost data) is told so, and writes nothing; nor does
-- one that a later life has shut out.
if last > 0 and last ~= SHUT_OUT then
  local before = redis.call('SCARD', users)
  local present = {}
  for i = 0, (#KEYS - FIRST_KEY + 1) / 2 - 1 do
    local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
    local session, user = ARGV[FIRST_ARG + 2 * i], ARGV[FIRST_ARG + 2 * i + 1]
    -- Only what the incarnation asserts: a session that left a moment ago must not be raised from the dead.
    if redis.call('HEXISTS', node, session) == 1 then
      redis.call('SET', heartbeat, incarnation, 'EX', HEARTBEAT_SECONDS)
      redis.call('HSET', tabs, session, incarnation)
      redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
      present[#present + 1] = user
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
  redis.call('EXPIRE', users, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', node, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', nodes, LIVE_TTL_SECONDS)
end
local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
return { viewers, sessions, peak, peak_at, at, rev, held, last, restored }
