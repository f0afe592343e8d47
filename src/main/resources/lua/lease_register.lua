-- Begins a new life of a node, with an epoch above every earlier one; refused where another began since the lease was
-- read. A registration whose call timed out is thus never carried out after the one that was sent instead: that would
-- declare the node dead that holds its lease.
-- KEYS  1 node:{N}, the lease: "epoch:state"  2 node:{N}:epoch, the highest epoch ever given
-- ARGV  1 highest epoch that the node itself remembers  2 lease's life, milliseconds  3 epoch that lease_read told
-- Result the epoch, or 0 when refused
-- Cost  5 us

local MEMORY_SECONDS = 2592000
local leased = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):'))
local given = tonumber(redis.call('GET', KEYS[2])) or 0
if (leased or given) ~= tonumber(ARGV[3]) then
  return 0
end
local epoch = math.max(leased or 0, given, tonumber(ARGV[1])) + 1
redis.call('SET', KEYS[2], epoch, 'EX', MEMORY_SECONDS)
redis.call('SET', KEYS[1], epoch .. ':alive', 'PX', ARGV[2])
return epoch
