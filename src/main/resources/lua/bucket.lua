-- The last complete history bucket of a stream, closing it where nothing happened since.
-- KEYS  1 live:users:{S}  2 live:stat:{S}
-- ARGV  1 bucket length, milliseconds
-- Result {at, open, min, max, close, area, since, joins, leaves} as text, or nil where the stream was not observed in it
-- Cost  10 us
-- include: stat

local users, stat, length = KEYS[1], KEYS[2], tonumber(ARGV[1])
local now = now_millis()
local known = redis.call('HMGET', stat, 'cur', 'last')
if not known[1] then
  return nil
end
local current, last = roll(unpack_bucket(known[1]), now, length)
-- Members that expired left without a script: the set is the truth.
current.close = redis.call('SCARD', users)
current.min = math.min(current.min, current.close)
current.max = math.max(current.max, current.close)
redis.call('HSET', stat, 'cur', pack_bucket(current))
if last then
  redis.call('HSET', stat, 'last', pack_bucket(last))
elseif known[2] then
  last = unpack_bucket(known[2])
end
if not last or last.at ~= now - now % length - length then
  return nil
end
local answer = {}
for _, n in ipairs({ last.at, last.open, last.min, last.max, last.close, last.area, last.since, last.joins,
  last.leaves }) do
  answer[#answer + 1] = string.format('%.0f', n)
end
return answer
