-- Uses a one-time token up, once. Repeating a call whose answer was lost gives the same answer.
-- KEYS[1] jti:{ID}
-- ARGV[1] a random text of this use, ARGV[2] milliseconds to remember it
-- Result: 1 the first time (and for a repetition of that call), else 0. Cost: O(1)
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 1
end
return 0
