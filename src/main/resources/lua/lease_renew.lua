-- Renews a lease. Refused when the incarnation was recorded dead or a later life began.
-- KEYS  1 node:{N}  2 node:{N}:epoch
-- ARGV  1 epoch  2 state (alive or draining)  3 life, milliseconds
-- Result 1 renewed, 0 refused
-- Cost  4 us

local lease = redis.call('GET', KEYS[1])
if lease then
  local epoch, state = string.match(lease, '^(%d+):(%a+)$')
  if epoch ~= ARGV[1] or state == 'dead' then
    return 0
  end
elseif (redis.call('GET', KEYS[2]) or ARGV[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'EX', 2592000)
return 1
