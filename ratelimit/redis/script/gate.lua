-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Turns at the global limit. The list holds who waits by how many slots it was given: who was given
-- the fewest comes first, of equals who was served longest ago. So who could use none for a while is
-- made up to, but for no more than its share of a period.
local ofOne = 16384 -- a slot, in a score

local function given(its) return floor(its.score / ofOne) end

-- Two at a time, where there are as many for each: half as many questions.
local function leastShare(waiting)
  return waiting > 1 and ask.global > 0 and min(2, ceil(shareNow() / waiting)) or 1
end

-- How many this process was given, as far as that counts where it has not waited.
local function countAtGate(list)
  local waiting, mine = list.waiting, list.mine and given(list.mine)
  if #waiting == 0 or (mine and not list.mine.isIdle) then return mine or 0 end
  local least, most = given(waiting[1]), given(waiting[#waiting])
  local share = floor(shareNow() / (#waiting + 1))
  return min(max(mine or least, least - share), most + share)
end

local function placeAtGate(list, count)
  local mine, score = list.mine, count * ofOne + now % ofOne
  if mine and given(mine) == count then return place(ask.p, floor(mine.score)) end
  for _, its in ipairs(list.waiting) do
    if given(its) == count then score = max(score, its.score + 1) end
  end
  return place(ask.p, min(score, (count + 1) * ofOne - 1))
end

-- Up to how many each is given, when all that are free are: those with the fewest first.
local function levelOf(order, free)
  local sum = free
  for i, its in ipairs(order) do
    sum = sum + given(its)
    local level = sum / i
    if not order[i + 1] or level <= given(order[i + 1]) then return level end
  end
end

-- What is kept for those who come before nobody else gets.
local function mayTakeAtGate(list, wanted, free)
  if #list.waiting == 0 or free == math.huge then return min(wanted, free) end
  local order = orderOf({waiting = list.waiting, mine = placeAtGate(list, countAtGate(list))})
  local level, least = levelOf(order, free), leastShare(#order)
  for _, its in ipairs(order) do
    local share = min(free, max(least, floor(level - given(its))))
    if its.p == ask.p then return min(wanted, share) end
    free = free - share
  end
end

-- It wanted so many, might take so many, and got as many. Who wants no more now keeps its count.
local function settleAtGate(list, wanted, may, got)
  local waits = got == may and got < wanted
  if not waits and #list.waiting == 0 then
    if list.last ~= 0 then call('DEL', key('w', '*')) end -- of those who do not wait
    list.mine = nil
    return
  end
  local mine = placeAtGate(list, countAtGate(list) + got)
  if not waits then mine = place(ask.p, mine.score + 0.25) end
  if not list.mine or list.mine.score ~= mine.score then
    call('ZADD', key('w', '*'), mine.score, ask.p)
  end
  keepFor(2 * hour, 'w', '*')
  list.mine, list.isSettled = mine, true
end

local function leaveGate(list)
  if list.mine and not list.mine.isIdle then settleAtGate(list, 0, 0, 0) end
end

-- When each of those who wait will be served, as far as that is known.
local function gateTurns(list, order)
  local turns, before, least = {}, 0, leastShare(#order)
  if #order == 0 then return turns end
  local budget, wait = invalidBudget()
  local held = max(global.lock, global.edge, budget > 0 and now or now + (wait or never))
  for i, its in ipairs(order) do
    local ahead = max(least * (i - 1), given(its) * (i - 1) - before)
    before = before + given(its)
    local first = slotsBackAt(ahead + 1)
    if first == never then break end
    if first > now then first = min(first + together, slotsBackAt(ahead + least)) end
    turns[its.p] = min(max(first, held), never)
  end
  return turns
end

-- What the token's limits allow in this call.
local function openGate(wanted)
  local gate = {left = 0, wanted = 0, got = 0, why = 'global'}
  if now < global.edge then
    gate.why, gate.wait = 'cloudflare', global.edge - now
  elseif now < global.lock then
    gate.wait = global.lock - now
  end
  if gate.wait then return gate end
  if freeSlots() < wanted then loseDead() end
  local free = freeSlots()
  gate.list = listOf('*')
  gate.may = mayTakeAtGate(gate.list, wanted, free)
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
