#!lua flags=no-writes
-- Reads a lease.
-- KEYS  1 node:{N}  2 node:{N}:epoch
-- Result {epoch, state or 'missing', milliseconds that it still lives}
-- Cost  3 us

local lease = redis.call('GET', KEYS[1])
if lease then
  local epoch, state = string.match(lease, '^(%d+):(%a+)$')
  return { tonumber(epoch), state, redis.call('PTTL', KEYS[1]) }
end
return { tonumber(redis.call('GET', KEYS[2]) or '0'), 'missing', 0 }
