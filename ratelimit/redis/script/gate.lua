-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- The global limit.
local function gateList()
  local list = listOf('*', shareNow())
  list.isGate = true
  return list
end

local function gateTurns(list, order)
  if #order == 0 then return {} end
  local budget, wait = invalidBudget()
  local held = max(global.lock, global.edge, budget > 0 and now or now + (wait or never))
  return turnsOf(list, order, function(ahead, least)
    local first = slotsBackAt(ahead + 1)
    if first ~= never and first > now then
      first = min(first + together, slotsBackAt(ahead + least))
    end
    return min(max(first, held), never)
  end)
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
  gate.list = gateList()
  gate.may = mayTake(gate.list, wanted, free)
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
    local periods = aheadIn(order) * leastOf(gate.list, #order) / shareNow()
    return floor(periods * ask.period) + askedAnyway
  end
  local _, wait = invalidBudget()
  return wait or ask.period -- of answers nobody tells
end
