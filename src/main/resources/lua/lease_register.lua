-- Begins a new life of a node, with an epoch above every earlier one.
-- KEYS  1 node:{N}, the lease: "epoch:state"  2 node:{N}:epoch, the highest epoch ever given
-- ARGV  1 highest epoch that the node itself remembers  2 lease's life, milliseconds
-- Result the epoch
-- Cost  5 us

local MEMORY_SECONDS = 2592000
local leased = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):')) or 0
local given = tonumber(redis.call('GET', KEYS[2])) or 0
local epoch = math.max(leased, given, tonumber(ARGV[1])) + 1
redis.call('SET', KEYS[2], epoch, 'EX', MEMORY_SECONDS)
redis.call('SET', KEYS[1], epoch .. ':alive', 'PX', ARGV[2])
return epoch
