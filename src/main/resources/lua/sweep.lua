-- Removes users without a tab from a stream's set (left behind by lost data or by hand).
-- KEYS  1 live:users:{S}  2 live:nodes:{S}  3 live:stat:{S}, then for each user: live:tabs:{S}:U
-- ARGV  1 bucket length, milliseconds, then the users
-- Result number of users removed
-- Cost  1 us a user
-- include: stat

local users, stat = KEYS[1], KEYS[3]
local FIRST_KEY, FIRST_ARG = 4, 2
local orphans = {}
for i = 0, #KEYS - FIRST_KEY do
  if redis.call('EXISTS', KEYS[FIRST_KEY + i]) == 0 then
    orphans[#orphans + 1] = ARGV[FIRST_ARG + i]
  end
end
if #orphans == 0 then
  return 0
end
local before = redis.call('SCARD', users)
local removed = call_all('SREM', users, orphans)
if removed > 0 then
  note(stat, now_millis(), tonumber(ARGV[1]), before, before - removed, 0, 0)
end
return removed
