-- Appends finished sessions to a part of the session log.
-- KEYS  1 log:sessions:{k}
-- ARGV  the records, packed
-- Result number of entries in the part
-- Cost  3 us a record

for _, record in ipairs(ARGV) do
  redis.call('XADD', KEYS[1], '*', 's', record)
end
return redis.call('XLEN', KEYS[1])
