-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Which process holds what, and who waits: for those who watch.
local mostLooked = 300

local function nameNow(name)
  return isProvisional(name) and call('HMGET', key('b', name), 'moved')[1] or name
end

local function holdings() -- of buckets, in the order of their oldest leases; and of processes
  local names, of, processes = {}, {}, {}
  for _, member in ipairs(call('ZRANGE', key('gl'), 0, -1)) do
    local process, name = member:match('^([^:]*):[^:]*:(.*)$')
    name = nameNow(name)
    if not of[name] then
      of[name] = {}
      table.insert(names, name)
    end
    of[name][process] = (of[name][process] or 0) + 1
    processes[process] = (processes[process] or 0) + 1
  end
  return names, of, processes
end

local function lookAtProcesses(leases)
  local names, told, waits = {}, {}, {}
  for _, its in ipairs(orderOf(gateList())) do waits[its.p] = true end
  heardAt(ask.p)
  for process in pairs(alive) do table.insert(names, process) end
  for process in pairs(leases) do
    if not alive[process] then table.insert(names, process) end
  end
  table.sort(names)
  for _, process in ipairs(names) do
    table.insert(told, {p = process, waits = waits[process], leases = leases[process] or 0,
      heard = alive[process] and now - alive[process],
      info = call('HMGET', key('ph'), process)[1] or nil})
  end
  return #told > 0 and told or nil
end

local function lookAtBucket(name, held)
  local holds, waits, inFlight = {}, {}, 0
  for process, count in pairs(held or {}) do
    table.insert(holds, {p = process, n = count})
    inFlight = inFlight + count
  end
  table.sort(holds, function(one, other) return one.p < other.p end)
  for _, its in ipairs(orderOf(listOf(name, 1))) do table.insert(waits, its.p) end
  if #holds + #waits == 0 then return nil end
  local counter = readCounter(name)
  roll(counter, now)
  local told = counter.knowledge == Limited and numbersOf(counter, inFlight) or {}
  told.b = name
  told.holds, told.waits = #holds > 0 and holds or nil, #waits > 0 and waits or nil
  return told
end

local function lookAround()
  local names, held, leases = holdings()
  local told, more, seen = {}, 0, {}
  for _, name in ipairs(ask.look) do table.insert(names, nameNow(name)) end
  for _, name in ipairs(names) do
    local bucket = not seen[name] and #told < mostLooked and lookAtBucket(name, held[name])
    if bucket then
      table.insert(told, bucket)
    elseif not seen[name] and #told == mostLooked then
      more = more + 1
    end
    seen[name] = true
  end
  return {processes = lookAtProcesses(leases), buckets = #told > 0 and told or nil,
    more = more > 0 and more or nil}
end
