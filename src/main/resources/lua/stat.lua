-- Included by every script that changes or reads a stream: its count, and its statistics in live:stat.
-- live:stat:{S} is a hash: rev (changes so far), peak, peakAt, joins, leaves, cur and last (history buckets, packed as
-- at:open:min:max:close:area:since:touched:joins:leaves, times in epoch milliseconds of Redis, area in
-- viewer-milliseconds). All of it is kept in Redis' time, so that whoever asks gets the same row.

local STAT_TTL_SECONDS = 86400
local LIVE_TTL_SECONDS = 600

local function now_millis()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function unpack_bucket(text)
  local b = {}
  for n in string.gmatch(text, '[^:]+') do
    b[#b + 1] = tonumber(n)
  end
  return { at = b[1], open = b[2], min = b[3], max = b[4], close = b[5], area = b[6], since = b[7], touched = b[8],
    joins = b[9], leaves = b[10] }
end

local function pack_bucket(b)
  return string.format('%.0f:%.0f:%.0f:%.0f:%.0f:%.0f:%.0f:%.0f:%.0f:%.0f', b.at, b.open, b.min, b.max, b.close,
    b.area, b.since, b.touched, b.joins, b.leaves)
end

local function new_bucket(at, viewers, since)
  return { at = at, open = viewers, min = viewers, max = viewers, close = viewers, area = 0, since = since,
    touched = since, joins = 0, leaves = 0 }
end

-- Lets the time until `now` pass in the bucket `b`, and begins a new one where its end is past.
-- Returns the current bucket, and the last complete one where that is new.
local function roll(b, now, length)
  local at = now - now % length
  if b.at == at then
    b.area = b.area + b.close * math.max(0, now - b.touched)
    b.touched = math.max(now, b.touched)
    return b, nil
  end
  local last
  if b.at == at - length then
    b.area = b.area + b.close * math.max(0, at - b.touched)
    b.touched = at
    last = b
  else
    -- Nothing happened for a whole bucket or more: the count stood still. (Or the length was changed.)
    last = new_bucket(at - length, b.close, at - length)
    last.area = b.close * length
  end
  local fresh = new_bucket(at, b.close, at)
  fresh.area = b.close * (now - at)
  fresh.touched = now
  return fresh, last
end

-- Notes a change from `before` to `after` viewers. Returns peak, peakAt, rev.
-- One write, and the TTL once a bucket: at one or two changes a call what a call costs anyway is most of its cost, on
-- the replica even more so.
local function note(stat, now, length, before, after, joins, leaves)
  local known = redis.call('HMGET', stat, 'cur', 'peak', 'peakAt', 'rev', 'joins', 'leaves')
  local bucket, last
  if known[1] then
    bucket, last = roll(unpack_bucket(known[1]), now, length)
  else
    bucket = new_bucket(now - now % length, before, now)
  end
  bucket.close = after
  bucket.min = math.min(bucket.min, after)
  bucket.max = math.max(bucket.max, after)
  bucket.joins = bucket.joins + joins
  bucket.leaves = bucket.leaves + leaves
  local peak, peak_at, rev = tonumber(known[2]) or 0, tonumber(known[3]) or 0, (tonumber(known[4]) or 0) + 1
  local fields = { 'cur', pack_bucket(bucket), 'rev', string.format('%.0f', rev) }
  local function set(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  if last then
    set('last', pack_bucket(last))
  end
  if after > peak then
    peak, peak_at = after, now
    set('peak', after)
    set('peakAt', string.format('%.0f', now))
  end
  if joins > 0 then
    set('joins', string.format('%.0f', (tonumber(known[5]) or 0) + joins))
  end
  if leaves > 0 then
    set('leaves', string.format('%.0f', (tonumber(known[6]) or 0) + leaves))
  end
  redis.call('HSET', stat, unpack(fields))
  if last or not known[1] then
    redis.call('EXPIRE', stat, STAT_TTL_SECONDS)
  end
  return peak, peak_at, rev
end

-- A report in live:nodes is sockets:number:when:asserted. `asserted` is the size of the incarnation's own hash, written
-- by the very script that changed it, so that their sum is the sum of the hashes without a key that is not declared.
-- The number of a life that was shut out by a later one of its node: no batch follows it.
local SHUT_OUT = 9007199254740991

local function parse_report(text)
  local sockets, number, when, asserted = string.match(text or '', '^(%d+):(%d+):(%d+):(%d+)$')
  return tonumber(sockets) or 0, tonumber(number) or 0, tonumber(when) or 0, tonumber(asserted) or 0
end

local function format_report(sockets, number, when, asserted)
  return string.format('%.0f:%.0f:%.0f:%.0f', sockets, number, when, asserted)
end

local function sum_sessions(nodes, beats)
  local total = redis.call('ZCARD', beats)
  for _, report in ipairs(redis.call('HVALS', nodes)) do
    total = total + (tonumber(string.match(report, '^%d+:%d+:%d+:(%d+)$')) or 0)
  end
  return total
end

-- viewers, sessions, peak, peakAt, now, rev
local function counted(users, nodes, stat, beats, now)
  local known = redis.call('HMGET', stat, 'peak', 'peakAt', 'rev')
  return redis.call('SCARD', users), sum_sessions(nodes, beats), tonumber(known[1]) or 0, tonumber(known[2]) or 0, now,
    tonumber(known[3]) or 0
end

-- Redis' Lua takes about 8,000 values in one unpack(); a batch has at most 500 entries of two values.
local function call_all(command, key, values)
  if #values > 0 then
    return redis.call(command, key, unpack(values))
  end
  return 0
end
