-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- The token's limits over all buckets.
local global -- lock, edge, blocks, share...; inFlight and answered, as counts
local globalFields = {'lock', 'edge', 'blocks', 'share', 'raiseAt', 'raiseEvery', 'loweredAt',
  'looksAt', 'routesAt'} -- for leases of the dead, for old routes
local longestRaise = 64 -- periods

local function readGlobal()
  local told = call('HMGET', key('g'), unpack(globalFields))
  global = {leases = {}} -- and those that are given in this call
  for i, name in ipairs(globalFields) do global[name] = tonumber(told[i]) or 0 end
  call('ZREMRANGEBYSCORE', key('ga'), '-inf', now - ask.period)
  local expired = call('ZRANGEBYSCORE', key('gl'), '-inf', now, 'WITHSCORES')
  for i = 1, #expired, 2 do -- lost: its slot stays taken for a period
    if tonumber(expired[i + 1]) > now - ask.period then
      call('ZADD', key('ga'), expired[i + 1], expired[i]:match('^[^:]*:[^:]*'))
    end
  end
  if #expired > 0 then
    call('ZREMRANGEBYSCORE', key('gl'), '-inf', now)
    keepFor(ask.period + minute, 'ga')
  end
  global.inFlight, global.answered = call('ZCARD', key('gl')), call('ZCARD', key('ga'))
end

-- How much of the limit is used, after global 429s that should not have been (GlobalLimit).
local function shareNow()
  local share, at = global.share > 0 and global.share or ask.global, global.raiseAt
  while share < ask.global and at <= now do
    share = share + max(1, min(floor(share / 4), ask.global - share))
    at = at + global.raiseEvery
  end
  return min(share, ask.global)
end

local function nextRaise()
  if shareNow() >= ask.global then return never end
  local passed = now < global.raiseAt and 0
    or floor((now - global.raiseAt) / global.raiseEvery) + 1
  return global.raiseAt + passed * global.raiseEvery
end

local function freeSlots()
  if ask.global == 0 then return math.huge end
  return max(0, shareNow() - global.inFlight - global.answered)
end

local function scoreAt(name, index)
  return tonumber(call('ZRANGE', name, index, index, 'WITHSCORES')[2])
end

-- When so many slots are free, as far as that is known: of those that were answered, by themselves.
local function slotsBackAt(count)
  local excess = global.inFlight + global.answered - shareNow() + count
  if ask.global == 0 or excess <= 0 then return now end
  local back = excess <= global.answered and scoreAt(key('ga'), excess - 1) + ask.period or never
  return count == 1 and min(back, nextRaise()) or back
end

-- How long until one is.
local function waitForSlot()
  local back = slotsBackAt(1)
  return back ~= never and back - now or nil
end

local function setGlobal(name, value)
  global[name] = value
  call('HSET', key('g'), name, value)
  keepFor(2 * (max(global.lock, global.edge) - now), 'g')
end

-- A global 429 of a request that held a slot: less is allowed, or others use the token too.
local function lowerShare(grantedAt)
  if ask.global == 0 then return end
  local passed, share = global.answered, shareNow()
  if share >= ask.global then
    share, global.raiseEvery, global.loweredAt = floor(ask.global / 2), ask.period, now
  elseif grantedAt >= global.loweredAt then
    share, global.loweredAt = min(passed, share - 1), now
    global.raiseEvery = min(2 * global.raiseEvery, longestRaise * ask.period)
  else -- says no more than the one before
    share = min(max(share, passed), ask.global)
  end
  setGlobal('raiseEvery', global.raiseEvery)
  setGlobal('loweredAt', global.loweredAt)
  setGlobal('raiseAt', global.lock + global.raiseEvery)
  setGlobal('share', max(1, share))
end

local function releaseSlot(member, name, countedAt) -- nothing: it was never counted
  global.inFlight = global.inFlight - call('ZREM', key('gl'), member .. ':' .. name)
  global.freed = true
  if not countedAt or countedAt <= now - ask.period then return end
  if ask.global > 0 then
    global.answered = global.answered + call('ZADD', key('ga'), countedAt, member)
  end
end

-- Invalid requests: the newest decide, so no more than the limit are kept.
local function countInvalid(d)
  local isInvalid = d.status == 401 or d.status == 403
    or (d.status == 429 and not (d.limited and d.limited.kind == 'shared'))
  if not isInvalid or ask.invalid == 0 then return end
  local name = key('i', ask.group)
  call('ZADD', name, latest, ask.p .. ':' .. d.l)
  call('ZREMRANGEBYRANK', name, 0, -ask.invalid - 1)
  call('PEXPIRE', name, ask.invalidPeriod + minute)
  global.invalid = nil
end

local function invalidCount()
  if ask.invalid == 0 then return 0 end
  if not global.invalid then
    call('ZREMRANGEBYSCORE', key('i', ask.group), '-inf', now - ask.invalidPeriod)
    global.invalid = call('ZCARD', key('i', ask.group))
  end
  return global.invalid
end

-- Of how many requests could all be refused; and if of none, how long.
local function invalidBudget()
  if ask.invalid == 0 then return math.huge end
  local bound = max(1, ask.invalid - floor(ask.invalid / 20) - (ask.invalid % 20 ~= 0 and 1 or 0))
  local counted = invalidCount()
  local excess = counted + global.inFlight - bound + 1
  if excess <= 0 then return 1 - excess end
  if excess > counted then return 0 end
  return 0, scoreAt(key('i', ask.group), excess - 1) + ask.invalidPeriod - now
end
