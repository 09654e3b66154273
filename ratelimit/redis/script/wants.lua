-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Wants. The gate is what the token's limits allow in this call.
local function openGate(wanted)
  if now < global.edge then return {left = 0, why = 'cloudflare', wait = global.edge - now} end
  if now < global.lock then return {left = 0, why = 'global', wait = global.lock - now} end
  if freeSlots() < wanted then loseDead() end
  local free, list = freeSlots(), listOf('*')
  local gate = {list = list, may = mayTakeAtGate(list, wanted, free),
    why = 'global', wanted = 0, got = 0}
  if gate.may < min(wanted, free) then gate.why = 'turn' end
  local budget = invalidBudget()
  if budget < gate.may then gate.may, gate.why = budget, 'invalid' end
  gate.left = gate.may
  return gate
end

-- How long those wait whom the gate has kept, now that the others went.
local function waitAtGate(gate)
  if gate.wait then return gate.wait end
  if gate.why ~= 'invalid' then
    local order = orderOf(gate.list)
    local turn = gateTurns(gate.list, order)[ask.p]
    if turn then return max(turn - now, 1) end
    if gate.why == 'turn' then return waitForTurn(gate.list, never) end
    local periods = aheadIn(order) * leastShare(#order) / shareNow()
    return floor(periods * ask.period) + askedAnyway
  end
  local _, wait = invalidBudget()
  return wait or ask.period -- of answers nobody tells
end

local function grant(bucket, seq, count)
  if count < 1 then return end
  local expiry, leases = now + ask.lease, {}
  for i = seq, seq + count - 1 do
    local member = ask.p .. ':' .. i
    for list, name in pairs({[leases] = member, [global.leases] = member .. ':' .. bucket.name}) do
      table.insert(list, expiry)
      table.insert(list, name)
    end
  end
  for i = 1, #leases, 1000 do
    call('ZADD', bucket.leases, unpack(leases, i, min(i + 999, #leases)))
  end
  keepFor(ask.lease + minute, 'l', bucket.name)
  bucket.inFlight, global.inFlight = bucket.inFlight + count, global.inFlight + count
end

-- Those that it has: it asks again as no reply came.
local function grantedBefore(bucket, want)
  local count = 0
  while bucket.inFlight > 0 and count < want.n
    and call('ZSCORE', bucket.leases, ask.p .. ':' .. want.seq + count) do
    count = count + 1
  end
  return count
end

local function bucketTurns(list, order, state)
  return turnsOf(list, order, state.free, state.since, function(ahead, share)
    if state.free > ahead or state.free == math.huge then return now end
    local later = max(1, floor(state.later / #order)) * ahead / share
    return state.later > later and state.change or never
  end)
end

-- Who does not know its turn is woken, and asks again all the same. Returns the wait, and whether it
-- is only until a lease may be lost.
local function waitForToken(bucket, list, isProbe)
  local change, expiry = changesAt(bucket.counter), scoreAt(bucket.leases, 0) or never
  if not isProbe and change ~= never then
    local order, state = orderOf(list), stateOf(bucket)
    local turn, ahead = bucketTurns(list, order, state)[ask.p], aheadIn(order)
    local windows = floor(ahead * max(1, floor(state.later / #order)) / state.later)
    change = turn and max(turn, now + 1)
      or change + windows * windowOrGuess(bucket.counter) + askedAnyway
  end
  local lost = expiry
  if available(bucket.counter, bucket.inFlight) < available(bucket.counter, 0) then
    lost = min(lost, leaseLostAt(bucket))
  end
  local first = min(change, lost)
  return first ~= never and first - now or nil, lost < change or nil
end

local function redirect(want, known, bucket)
  local reply = {b = want.b, n = grantedBefore(bucket, want)}
  if bucket.name ~= want.b then reply.name = bucket.name end
  if known then
    reply.hash, reply.split = known.hash, known.split
    if known.split then tellSplit(want.route, known) end
    if want.major and not reply.name then
      reply.name = known.hash .. '#' .. want.major .. (known.split and '#' .. want.route or '')
    end
  end
  return reply
end

-- Others ask for the lanes by the names of before, and may have requests in flight there.
local function gather(bucket, want)
  for _, name in ipairs(want.before or {}) do
    if isProvisional(name) and call('EXISTS', key('l', name)) == 1 then
      named(bucketOf(name), bucket.name)
    end
  end
end

-- How many more of those go that share connections with it.
local function roomFor(want)
  return want.pool and ask.most[want.pool] or math.huge
end

local function take(want, count)
  if want.pool then ask.most[want.pool] = ask.most[want.pool] - count end
end

local function serve(want, gate)
  local bucket, known = bucketOf(want.b), routes[want.route or '']
  if bucket.name ~= want.b or isUnsplit(want.b, want.route, known)
    or (known and isProvisional(want.b) and bucket.inFlight == 0) then -- else it is probed there
    return redirect(want, known, bucket)
  end
  local before = grantedBefore(bucket, want)
  take(want, before)
  if before < want.n and roomFor(want) <= 0 then return {b = want.b, n = before, why = 'most'} end
  if bucket.counter.knowledge == Unknown then gather(bucket, want) end
  for _, route in ipairs(want.routes or {}) do isUnsplit(want.b, route, routes[route]) end
  local c = bucket.counter
  if known and known.limit and c.knowledge == Unknown and c.limitIsLearnt == 0 then -- hint()
    c.limit = known.limit
  end
  local holds, fewer = tellHolds(bucket, want)
  local open, list = max(0, want.n - before - fewer), listOf(want.b)
  local wanted = min(open, roomFor(want))
  if bucket.inFlight > 0 and available(c, bucket.inFlight) < wanted then loseDead() end
  local free = available(c, bucket.inFlight)
  local isProbe = c.knowledge == Unknown and now >= c.blockedUntil
  local may = mayTake(list, wanted, free, c.since)
  local got = min(may, gate.left)
  grant(bucket, want.seq + before, got)
  settle(list, wanted, may, got)
  take(want, may)
  gate.left = gate.left - got
  if gate.list then gate.wanted, gate.got = gate.wanted + may, gate.got + got end
  local reply = {b = want.b, n = before + got, holds = holds}
  if got < may then
    reply.why, reply.at = gate.why, '*'
  elseif got < min(wanted, free) then
    reply.why, reply.wait = 'turn', waitForTurn(list, changesAt(c))
  elseif got < wanted then
    reply.why = isProbe and 'probe' or 'bucket'
    reply.wait, reply.maybe = waitForToken(bucket, list, isProbe)
  elseif wanted < open then
    reply.why = 'most'
  end
  return reply
end

local function wantedInAll()
  local sum, of = 0, {}
  for _, want in ipairs(ask.want) do
    local pool = want.pool or 0
    of[pool] = (of[pool] or 0) + want.n
  end
  for pool, count in pairs(of) do sum = sum + min(count, ask.most[pool] or count) end
  return sum
end

local function serveAll()
  if #ask.want == 0 then return nil end
  local replies, wait = {}, nil
  local gate = openGate(wantedInAll())
  for _, want in ipairs(ask.want) do table.insert(replies, serve(want, gate)) end
  if gate.list then
    settleAtGate(gate.list, gate.wanted, min(gate.may, gate.wanted), gate.got)
  end
  for _, reply in ipairs(replies) do
    if reply.at then
      wait = wait or waitAtGate(gate) or never
      reply.wait = wait ~= never and wait or nil
    end
  end
  return replies
end
