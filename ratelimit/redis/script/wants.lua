-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Wants: what each may have by its bucket, then by its connections and the token's limits, one lease
-- of each in turn.
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
  return turnsOf(list, order, function(ahead)
    if state.free > ahead then return now end
    local whole = state.later > ahead and state.change or never
    for _, step in ipairs(state.steps or {}) do
      if step.free > ahead then return min(step.at, whole) end
    end
    return whole
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

-- The pools of the call: how many more may go of the wants that share connections, and how many of
-- those can. One lease for each is enough, so no more are looked at.
local function roomFor(want, pools)
  local pool = pools[want.pool or 0]
  if not pool then
    pool = {left = want.pool and ask.most[want.pool] or math.huge, can = 0}
    pools[want.pool or 0] = pool
  end
  return pool
end

-- What it may have of its bucket; or the reply, where there is nothing to give.
local function prepare(want, pools)
  local bucket, known = bucketOf(want.b), routes[want.route or '']
  if bucket.name ~= want.b or isUnsplit(want.b, want.route, known)
    or (known and isProvisional(want.b) and bucket.inFlight == 0) then -- else it is probed there
    return {reply = redirect(want, known, bucket)}
  end
  local before, pool = grantedBefore(bucket, want), roomFor(want, pools)
  pool.left = pool.left - before
  if before < want.n and pool.can >= pool.left then
    return {reply = {b = want.b, n = before, why = 'most'}}
  end
  if bucket.counter.knowledge == Unknown then gather(bucket, want) end
  for _, route in ipairs(want.routes or {}) do isUnsplit(want.b, route, routes[route]) end
  local c = bucket.counter
  if known and known.limit and c.knowledge == Unknown and c.limitIsLearnt == 0 then -- hint()
    c.limit = known.limit
  end
  local holds, fewer = tellHolds(bucket, want)
  local wanted, list = max(0, want.n - before - fewer), waitersOf(bucket)
  if bucket.inFlight > 0 and available(c, bucket.inFlight) < wanted then loseDead() end
  local free = available(c, bucket.inFlight)
  local may = mayTake(list, wanted, free)
  if may > 0 then pool.can = pool.can + 1 end
  bucket.inFlight = bucket.inFlight + may -- until it is given
  return {want = want, bucket = bucket, list = list, pool = pool, before = before, wanted = wanted,
    free = free, may = may, holds = holds, usable = 0, got = 0,
    isProbe = c.knowledge == Unknown and now >= c.blockedUntil}
end

-- One of each in turn, in order, while there is one: of `most` to `into`.
local function deal(all, most, into, left)
  local given = true
  while given do
    given = false
    for _, p in ipairs(all) do
      if p.want and p[into] < p[most] and left(p) > 0 then
        p[into], given = p[into] + 1, true
        left(p, 1)
      end
    end
  end
end

local function give(p, gate)
  local want, bucket, list = p.want, p.bucket, p.list
  bucket.inFlight = bucket.inFlight - p.may
  local isCut = p.usable < p.may -- others have the connections
  settle(list, isCut and p.usable or p.wanted, p.usable, p.got)
  grant(bucket, want.seq + p.before, p.got)
  local reply = {b = want.b, n = p.before + p.got, holds = p.holds}
  if p.got < p.usable then
    reply.why, reply.at = gate.why, '*'
  elseif isCut then
    reply.why = 'most'
  elseif p.got < min(p.wanted, p.free) then
    local state = stateOf(bucket)
    local turn = bucketTurns(list, orderOf(list), state)[ask.p] or state.change
    reply.why, reply.wait = 'turn', waitForTurn(list, turn)
  elseif p.got < p.wanted then
    reply.why = p.isProbe and 'probe' or 'bucket'
    reply.wait, reply.maybe = waitForToken(bucket, list, p.isProbe)
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
  local gate, all, pools, replies, wait = openGate(wantedInAll()), {}, {}, {}, nil
  for _, want in ipairs(ask.want) do table.insert(all, prepare(want, pools)) end
  deal(all, 'may', 'usable', function(p, taken)
    p.pool.left = p.pool.left - (taken or 0)
    return p.pool.left
  end)
  deal(all, 'usable', 'got', function(_, taken)
    gate.left = gate.left - (taken or 0)
    return gate.left
  end)
  for _, p in ipairs(all) do
    table.insert(replies, p.reply or give(p, gate))
    gate.wanted, gate.got = gate.wanted + (p.usable or 0), gate.got + (p.got or 0)
  end
  if gate.list then
    settle(gate.list, gate.wanted, min(gate.may, gate.wanted), gate.got)
  end
  for _, reply in ipairs(replies) do
    if reply.at then
      wait = wait or waitAtGate(gate) or never
      reply.wait = wait ~= never and wait or nil
    end
  end
  return replies
end
