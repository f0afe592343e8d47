-- For tests: appends to a list and says how long it is.
-- KEYS  1 a list; ARGV 1 what to append; Result: its length
-- include: it_helper
return append(KEYS[1], ARGV[1])
