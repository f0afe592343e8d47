-- Records that an incarnation is dead, provided that its lease is gone, or that the incarnation itself asks for it.
-- KEYS  1 node:{N}  2 node:{N}:epoch
-- ARGV  1 epoch  2 own (1: the node gives its lease up itself)
-- Result 1 it is dead (now or since longer), 0 its lease lives
-- Cost  4 us

local MEMORY_SECONDS = 86400
local lease = redis.call('GET', KEYS[1])
if lease then
  local epoch, state = string.match(lease, '^(%d+):(%a+)$')
  if tonumber(epoch) > tonumber(ARGV[1]) then
    return 1
  end
  if epoch == ARGV[1] and state ~= 'dead' and ARGV[2] ~= '1' then
    return 0
  end
elseif tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then
  return 1
end
redis.call('SET', KEYS[1], ARGV[1] .. ':dead', 'EX', MEMORY_SECONDS)
return 1
