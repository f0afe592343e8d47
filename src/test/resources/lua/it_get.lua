-- For tests: KEYS 1 a string; Result: its value
return redis.call('GET', KEYS[1])
