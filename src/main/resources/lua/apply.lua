-- Applies a numbered batch of joins and leaves of one incarnation on one stream. Idempotent: the number seen last is not
-- applied again, and a batch is refused unless the number seen last is the one that it is to follow. A call that timed
-- out can therefore never be applied after its successor, nor between a comparison and the correction that it led to.
-- The first batch of an incarnation shuts out earlier lives of its node, and is refused where a later one has been.
-- KEYS  1 live:users:{S}  2 live:node:{S}:N#e  3 live:nodes:{S}  4 live:stat:{S}  5 live:beats:{S}
--       then for each change: live:tabs:{S}:U, hb:{S}:SESSION
-- ARGV  1 N#e  2 number  3 the number to follow, 0 for none  4 bucket length, milliseconds
--       5 sockets that the node counts  6 number of joins among the changes; they come first
--       7 most live tabs a user may have, 0 for any number
--       then for each change: session, user, joinedAt, 1 for a newcomer. A session is in a batch once.
--       A newcomer was never told to be counted: only it may be refused for the number of its user's tabs.
-- Result {1 applied or 0 refused, viewers, sessions, peak, peakAt, now, rev, asserted, last number seen,
--         {newcomers that are one too many of their user and were not added}}
-- Cost  13 us a join in batches of 500 (six commands; seven where tabs are limited), O(nodes of the stream) on top
-- include: stat

local users, node, nodes, stat, beats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local incarnation, number, after = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket_millis, sockets, joins = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local most_tabs = tonumber(ARGV[7])
local FIRST_KEY, FIRST_ARG, ARGS, HEARTBEAT_SECONDS = 6, 8, 4, 60

local now = now_millis()
local _, last = parse_report(redis.call('HGET', nodes, incarnation))

local function answer(status, seen, refused)
  local viewers, sessions, peak, peak_at, at, rev = counted(users, nodes, stat, beats, now)
  return { status, viewers, sessions, peak, peak_at, at, rev, redis.call('HLEN', node), seen, refused }
end

-- session, user, joinedAt, whether a newcomer
local function change(i)
  local at = FIRST_ARG + ARGS * i
  return ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3] == '1'
end

-- Of a batch that was applied before, whose answer was lost: newcomers that are not held were refused.
local function refused_before()
  local refused = {}
  for i = 0, joins - 1 do
    local session, _, _, newcomer = change(i)
    if most_tabs > 0 and newcomer and redis.call('HEXISTS', node, session) == 0 then
      refused[#refused + 1] = session
    end
  end
  return refused
end

-- Whether this life is the node's latest on the stream; then no earlier one can write any more.
local function shuts_out_earlier_lives()
  local name, epoch = string.match(incarnation, '^(.*)#(%d+)$')
  local reports = redis.call('HGETALL', nodes)
  local earlier = {}
  for i = 1, #reports, 2 do
    local other, other_epoch = string.match(reports[i], '^(.*)#(%d+)$')
    if other == name and tonumber(other_epoch) > tonumber(epoch) then
      return false
    elseif other == name then
      local its_sockets, _, when, its_asserted = parse_report(reports[i + 1])
      earlier[#earlier + 1] = reports[i]
      earlier[#earlier + 1] = format_report(its_sockets, SHUT_OUT, when, its_asserted)
    end
  end
  call_all('HSET', nodes, earlier)
  return true
end

-- The same number is the same batch: a node gives no number twice.
if number == last then
  return answer(1, last, refused_before())
end
if last ~= after or (last == 0 and not shuts_out_earlier_lives()) then
  return answer(0, last, {})
end

local changes = (#KEYS - FIRST_KEY + 1) / 2
local before = redis.call('SCARD', users)

-- Tabs that close in this very batch make room: whoever reloads a page closes one and opens one.
local closing = {}
if most_tabs > 0 then
  for i = joins, changes - 1 do
    local _, user = change(i)
    closing[user] = (closing[user] or 0) + 1
  end
end

local asserted, joined, refused = {}, {}, {}
for i = 0, joins - 1 do
  local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
  local session, user, joined_at, newcomer = change(i)
  local added = redis.call('HSET', tabs, session, incarnation)
  if most_tabs > 0 and newcomer and added == 1
    and redis.call('HLEN', tabs) - (closing[user] or 0) > most_tabs then
    redis.call('HDEL', tabs, session)
    refused[#refused + 1] = session
  else
    redis.call('EXPIRE', tabs, LIVE_TTL_SECONDS)
    redis.call('SET', heartbeat, incarnation, 'EX', HEARTBEAT_SECONDS)
    asserted[#asserted + 1] = session
    asserted[#asserted + 1] = user .. ':' .. joined_at
    joined[#joined + 1] = user
  end
end
call_all('HSET', node, asserted)
call_all('SADD', users, joined)

local ended, left = {}, {}
for i = joins, changes - 1 do
  local tabs, heartbeat = KEYS[FIRST_KEY + 2 * i], KEYS[FIRST_KEY + 2 * i + 1]
  local session, user = change(i)
  redis.call('HDEL', tabs, session)
  if redis.call('EXISTS', tabs) == 0 then
    left[#left + 1] = user
  end
  ended[#ended + 1] = session
  redis.call('UNLINK', heartbeat)
end
call_all('HDEL', node, ended)
call_all('SREM', users, left)

local held = redis.call('HLEN', node)
redis.call('HSET', nodes, incarnation, format_report(sockets, number, now, held))
-- Beats renew them seldom; keys that this batch made have no TTL yet.
if last == 0 or number ~= last + 1 or before == 0 or held == #joined then
  redis.call('EXPIRE', users, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', node, LIVE_TTL_SECONDS)
  redis.call('EXPIRE', nodes, LIVE_TTL_SECONDS)
end
local viewers = redis.call('SCARD', users)
local peak, peak_at, rev = note(stat, now, bucket_millis, before, viewers, joins - #refused, changes - joins)
return { 1, viewers, sum_sessions(nodes, beats), peak, peak_at, now, rev, held, number, refused }
