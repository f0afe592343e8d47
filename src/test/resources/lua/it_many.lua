-- For tests: KEYS 1 a set; ARGV its members; Result: its size
for i = 1, #ARGV do
  redis.call('SADD', KEYS[1], ARGV[i])
end
return redis.call('SCARD', KEYS[1])
