-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Holds: lanes of a bucket that a sublimit or a shared 429 keeps waiting. When that is over one
-- process at a time tries, until an answer is no 429. Buckets without holds cost no command.
local keepHold, probeFor, probeAgain, mostTold = 10 * minute, aliveFor, 1000, 100

local function holdsOf(bucket)
  if bucket.holds then return bucket.holds end
  bucket.holds = {}
  if bucket.counter.holdsUntil <= now then return bucket.holds end
  local flat = call('HGETALL', key('h', bucket.name))
  for i = 1, #flat, 2 do bucket.holds[flat[i]] = cjson.decode(flat[i + 1]) end
  return bucket.holds
end

local function setHold(bucket, lane, hold)
  local holds, name, c = holdsOf(bucket), key('h', bucket.name), bucket.counter
  holds[lane] = hold
  if hold then
    c.holdsUntil = max(c.holdsUntil, hold.ends + keepHold)
    call('HSET', name, lane, cjson.encode(hold))
    keepFor(c.holdsUntil - now, 'h', bucket.name)
  else
    call('HDEL', name, lane)
    if next(holds) == nil then c.holdsUntil = 0 end
  end
end

local function moveHolds(from, to)
  for lane, hold in pairs(holdsOf(from)) do setHold(to, lane, hold) end
  if next(holdsOf(from)) then call('DEL', key('h', from.name)) end
end

local function holdLane(bucket, lane, kind, ends)
  local before, count = holdsOf(bucket)[lane], 0
  for name, hold in pairs(holdsOf(bucket)) do
    if hold.ends + keepHold <= now then setHold(bucket, name, nil) else count = count + 1 end
  end
  if count >= mostEntries then return end
  setHold(bucket, lane, {kind = kind, ends = max(before and before.ends or 0, ends)})
end

-- What became of a request in a lane that is held, or was.
local function probed(bucket, lane, passed)
  local hold = lane and holdsOf(bucket)[lane]
  if not hold then return end
  if passed and hold.ends <= now then
    setHold(bucket, lane, nil)
  elseif hold.prober == ask.p then
    hold.prober = nil
    setHold(bucket, lane, hold)
  end
end

-- How long the process may not use the lane; nothing: it may, and probes it if it asks to.
local function holdWait(bucket, lane, hold, asks)
  if now < hold.ends then return hold.ends - now end
  if hold.prober and hold.prober ~= ask.p and now < hold.probeEnds then return probeAgain end
  if not asks then return hold.prober ~= ask.p and 1 or nil end
  hold.prober, hold.probeEnds = ask.p, now + probeFor
  setHold(bucket, lane, hold)
end

-- What is held of a bucket, and how many of the leases that are wanted would be for that.
local function tellHolds(bucket, want)
  local told, fewer, asked = {}, 0, {}
  for _, lane in ipairs(want.probes or {}) do asked[lane] = (asked[lane] or 0) + 1 end
  for lane, hold in pairs(holdsOf(bucket)) do
    local wait = holdWait(bucket, lane, hold, asked[lane])
    if wait then fewer = fewer + (asked[lane] or 0) end
    if wait and #told < mostTold then
      table.insert(told, {lane = lane, kind = hold.kind, wait = wait})
    end
  end
  return #told > 0 and told or nil, fewer
end
