-- Applies a numbered batch of joins and leaves of one incarnation on one stream. Idempotent: a number that was seen is
-- not applied again, and one that is not the next is refused, so that a call that timed out can never be applied after
-- its successor.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then for each change: live:tabs:{S}:U, hb:{S}:SESSION
-- ARGV  1 N#e  2 number  3 force (1: take the number whatever was seen)  4 bucket length, milliseconds
--       5 sockets that the node counts  6 number of joins among the changes; they come first
--       then for each change: session, user, joinedAt. A session is in a batch once.
-- Result {1 applied or 0 refused, viewers, sessions, peak, peakAt, now, rev, asserted, last number seen}
-- Cost  13 us a join in batches of 500 (six commands), O(nodes of the stream) on top
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, number, force = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'
local bucket_millis, sockets, joins = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local FIRST_KEY, FIRST_ARG, HEARTBEAT_SECONDS = 6, 7, 60

local now = now_millis()
local _, last = parse_report(redis.call('HGET', nodes, incarnation))

local function answer(status, seen)
  local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
  return { status, viewers, sessions, peak, peak_at, at, rev, redis.call('HLEN', node), seen }
end

if number == last or (number < last and not force) then
  return answer(1, last)
end
if number ~= last + 1 and not force then
  return answer(0, last)
end

local changes = (#KEYS - FIRST_KEY + 1) / 2
local before = redis.call('SCARD', users)

local asserted, joined = {}, {}
for i = 0, joins - 1 do
  local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
  local session, user, joined_at = ARGV[FIRST_ARG + 3 * i], ARGV[FIRST_ARG + 3 * i + 1], ARGV[FIRST_ARG + 3 * i + 2]
  redis.call('HSET', tabs, session, incarnation)
  redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
  redis.call('SET', heartbeat, incarnation, 'EX', HEARTBEAT_SECONDS)
  asserted[#asserted + 1] = session
  asserted[#asserted + 1] = user .. ':' .. joined_at
  joined[#joined + 1] = user
end
call_all('HSET', node, asserted)
call_all('SADD', users, joined)

local ended, left = {}, {}
for i = joins, changes - 1 do
  local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
  local session, user = ARGV[FIRST_ARG + 3 * i], ARGV[FIRST_ARG + 3 * i + 1]
  redis.call('HDEL', tabs, session)
  if redis.call('EXISTS', tabs) == 0 then
    left[#left + 1] = user
  end
  ended[#ended + 1] = session
  redis.call('UNLINK', heartbeat)
end
call_all('HDEL', node, ended)
call_all('SREM', users, left)

if last == 0 or force then
  redis.call('EXPIRE', users, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', node, LIVE_TTL_SECONDS)
end
redis.call('HSET', nodes, incarnation, format_report(sockets, number, now, redis.call('HLEN', node)))
redis.call('EXPIRE', nodes, LIVE_TTL_SECONDS)
note(stat, now, bucket_millis, before, redis.call('SCARD', users), joins, changes - joins)
return answer(1, number)
