-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Leases of the dead: lost as soon as somebody needs them. K:x remembers which, as they may be told
-- of all the same.
local mostLostAtOnce = 300

local function diesAt(member)
  return (heardAt(member:match('^[^:]*')) or now - aliveFor) + aliveFor
end

local function loseLease(member)
  local lease, name = member:match('^([^:]*:[^:]*):(.*)$')
  local bucket = bucketOf(name)
  releaseSlot(lease, name, now)
  call('ZADD', key('x'), now, lease)
  if call('ZREM', bucket.leases, lease) == 1 then
    bucket.inFlight = bucket.inFlight - 1
    spend(bucket.counter, now)
  end
end

-- It looks only when one may have died since: those that get leases now live for longer.
local function loseDead()
  if now < global.looksAt then return end
  local looksAt, count = now + aliveFor, 0
  for _, member in ipairs(call('ZRANGE', key('gl'), 0, -1)) do
    local dies = diesAt(member)
    if dies > now then
      looksAt = min(looksAt, dies)
    elseif count < mostLostAtOnce then
      loseLease(member)
      count = count + 1
    else
      looksAt = now
    end
  end
  setGlobal('looksAt', looksAt)
  if count == 0 then return end
  call('ZREMRANGEBYSCORE', key('x'), '-inf', now - hour)
  call('PEXPIRE', key('x'), hour)
end

local function wasTakenForLost(lease) return call('ZREM', key('x'), lease) == 1 end

-- When another one that holds leases of the bucket is taken for dead, if it says nothing until then.
local function leaseLostAt(bucket)
  local first = never
  for _, member in ipairs(call('ZRANGE', bucket.leases, 0, -1)) do
    if member:match('^[^:]*') ~= ask.p then first = min(first, diesAt(member)) end
  end
  return first
end
