-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Buckets: each is read once for a call and written at its end. A lease that has expired is lost.
local buckets, touched = {}, {}

local function isProvisional(name) return name:sub(1, 3) == '#p#' end -- no hash is empty

local function windowOf(c) -- how many tokens it has
  return c.knowledge == Limited and c.limit > 0 and c.limit or 1
end

local function stateOf(bucket) -- all that says whose turn it is
  local c = bucket.counter
  local state = {free = available(c, bucket.inFlight), change = changesAt(c),
    later = windowOf(c)}
  if c.kind ~= Sliding then return state end
  local steps, free = {}, c.limit - c.log.size - bucket.inFlight
  for i, moment in ipairs(c.log) do
    free = free + moment.count
    steps[i] = {at = max(moment.at, c.blockedUntil), free = free}
  end
  state.steps, state.change = steps, max(c.resetAt, c.blockedUntil)
  return state
end

local function readCounter(name)
  local flat, stored, c = call('HGETALL', key('b', name)), {}, {}
  for i = 1, #flat, 2 do stored[flat[i]] = flat[i + 1] end
  for _, field in ipairs(layout) do c[field[1]] = tonumber(stored[field[2]]) or field[3] end
  c.log = readLog(stored.lg)
  return c, stored
end

local function bucketOf(name)
  if buckets[name] then return buckets[name] end
  local c, stored = readCounter(name)
  if stored.moved then -- it has got a name
    buckets[name] = bucketOf(stored.moved)
    return buckets[name]
  end
  local bucket = {name = name, counter = c, stored = stored, isNew = next(stored) == nil,
    leases = key('l', name)}
  bucket.inFlight = call('ZCARD', bucket.leases)
  bucket.before = stateOf(bucket)
  local expired = bucket.inFlight > 0
    and call('ZRANGEBYSCORE', bucket.leases, '-inf', now, 'WITHSCORES') or {}
  for i = 2, #expired, 2 do spend(c, tonumber(expired[i])) end
  if #expired > 0 then call('ZREMRANGEBYSCORE', bucket.leases, '-inf', now) end
  bucket.inFlight = bucket.inFlight - #expired / 2
  roll(c, now)
  buckets[name] = bucket
  table.insert(touched, bucket)
  return bucket
end

local function keepFor(time, kind, name) -- the longest of two, so that no process shortens it
  call('PEXPIRE', key(kind, name), max(2 * hour, time))
end

local function save(bucket)
  local c, changed = bucket.counter, {}
  for _, field in ipairs(layout) do
    if c[field[1]] ~= (tonumber(bucket.stored[field[2]]) or field[3]) then
      table.insert(changed, field[2])
      table.insert(changed, c[field[1]])
    end
  end
  local log = #c.log > 0 and writeLog(c.log) or ''
  if log ~= (bucket.stored.lg or '') then
    table.insert(changed, 'lg')
    table.insert(changed, log)
  end
  if #changed > 0 then call('HSET', key('b', bucket.name), unpack(changed)) end
  local open = max(c.resetAt ~= never and c.resetAt or 0, c.blockedUntil, c.holdsUntil,
    c.lost > 0 and c.lostAt + windowOrGuess(c) or 0, #c.log > 0 and c.log[#c.log].at or 0)
  keepFor(2 * (open - now), 'b', bucket.name)
end
