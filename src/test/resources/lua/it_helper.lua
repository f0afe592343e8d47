-- include: it_deeper
local function append(key, value)
  return redis.call(command, key, value)
end
