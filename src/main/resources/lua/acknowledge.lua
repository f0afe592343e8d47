-- Removes entries that are in the books from a part of the session log.
-- KEYS  1 log:sessions:{k}
-- ARGV  1 consumer group, then the entries' ids
-- Result number of entries removed
-- Cost  3 us an entry

local removed = 0
for i = 2, #ARGV do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  removed = removed + redis.call('XDEL', KEYS[1], ARGV[i])
end
return removed
