-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Processes. Whoever is not heard of for a while keeps nobody waiting.
local alive -- process -> when it was last heard
local isStranger -- it has not said what is shown of it, or that is forgotten

local function numberOf(process) return process .. ':call' end

-- Begins with a write that a full Redis refuses: it would not refuse what comes after another one.
local function hearProcess()
  call('ZADD', key('p'), now, ask.p)
  local dead = call('ZRANGEBYSCORE', key('p'), '-inf', now - aliveFor, 'LIMIT', 0, 100)
  if #dead > 0 then
    call('ZREM', key('p'), unpack(dead))
    local names = {unpack(dead)}
    for _, process in ipairs(dead) do table.insert(names, numberOf(process)) end
    call('HDEL', key('ph'), unpack(names))
  end
  call('PEXPIRE', key('p'), minute)
  if ask.call then call('HSET', key('ph'), numberOf(ask.p), ask.call) end
  if ask.info then call('HSET', key('ph'), ask.p, ask.info) end
  if ask.call or ask.info then call('PEXPIRE', key('ph'), hour) end
end

-- It was delayed for so long that the process has given it up, and said it again.
local function isOvertaken()
  local told = call('HMGET', key('ph'), numberOf(ask.p), ask.p)
  local last = ask.call and tonumber(told[1] or nil)
  isStranger = not told[2] and not ask.info
  return last ~= nil and last ~= false and last >= ask.call
end

local function heardAt(process)
  if not alive then
    alive = {}
    local flat = call('ZRANGEBYSCORE', key('p'), '(' .. now - aliveFor, '+inf', 'WITHSCORES')
    for i = 1, #flat, 2 do alive[flat[i]] = tonumber(flat[i + 1]) end
  end
  return alive[process]
end

-- Turns. A list holds who waits by how many it was given: who was given the fewest comes first, of
-- equals who was served longest ago. So who could use none for a while is made up to, but for no
-- more than its share of a window (`size`). A fraction: it does not wait now (it has what it wanted,
-- or is held up elsewhere), so nothing is kept for it.
local ofOne = 16384 -- in a score
local lists = {}

local function given(its) return floor(its.score / ofOne) end

local function place(process, score)
  return {p = process, score = score, isIdle = score % 1 ~= 0}
end

local function listOf(name, size)
  if lists[name] then return lists[name] end
  local list = {name = name, size = size, waiting = {}, before = {}}
  local flat, gone = call('ZRANGE', key('w', name), 0, -1, 'WITHSCORES'), {}
  for i = 1, #flat, 2 do
    local its = place(flat[i], tonumber(flat[i + 1]))
    if not its.isIdle then table.insert(list.before, its) end
    if its.p == ask.p then
      list.mine = its
    elseif not heardAt(its.p) then
      table.insert(gone, its.p)
    else
      list.isShared, list.first = true, list.first or its
      if not its.isIdle then table.insert(list.waiting, its) end
    end
    list.least = list.least or given(its)
  end
  if #gone > 0 then call('ZREM', key('w', name), unpack(gone, 1, min(#gone, mostLeases))) end
  lists[name] = list
  return list
end

local function addHeld(held, members) -- PROCESS:...
  for _, member in ipairs(members) do
    local process = member:match('^[^:]*')
    held[process] = (held[process] or 0) + 1
  end
  return held
end

local function heldOf(list) -- in a bucket, leases; at the global limit the answers of the period, too
  local held = addHeld({}, call('ZRANGE', list.leases or key('gl'), 0, -1))
  return list.isGate and addHeld(held, call('ZRANGE', key('ga'), 0, -1)) or held
end

local function waitersOf(bucket)
  local list = listOf(bucket.name, windowOf(bucket.counter))
  list.leases = bucket.leases
  return list
end

-- Who comes anew is compared with the one that was given the fewest, by what both hold now.
local function countAnew(list)
  local held, first = heldOf(list), list.first
  local mine = held[ask.p] or 0
  return first and given(first) + mine - (held[first.p] or 0) or mine
end

-- How many this process was given, as far as that counts where it has not waited: no further from
-- those who wait than its share of a window; who comes anew, than a window.
local function countOf(list)
  local waiting, mine = list.waiting, list.mine and given(list.mine)
  if mine and (#waiting == 0 or not list.mine.isIdle) then return mine end
  list.anew = list.anew or mine or countAnew(list)
  if #waiting == 0 then return list.anew end
  local least, most = given(waiting[1]), given(waiting[#waiting])
  local margin = mine and max(1, floor(list.size / (#waiting + 1))) or list.size
  return min(max(list.anew, least - margin), most + margin)
end

-- Of those who were given as many, the last one. Who waits there keeps its place; who comes back to a
-- bucket does not, or it would pass those who have waited since.
local function placeOf(list, count)
  local mine, score = list.mine, count * ofOne + now % ofOne
  local keepsPlace = mine and (list.isGate or not mine.isIdle)
  if keepsPlace and given(mine) == count then return place(ask.p, floor(mine.score)) end
  for _, its in ipairs(list.waiting) do
    if given(its) == count then score = max(score, its.score + 1) end
  end
  return place(ask.p, min(score, (count + 1) * ofOne - 1))
end

-- Who waits, in order, and this process as it is now.
local function orderOf(list, mine)
  local order = {}
  mine = mine or list.mine
  if mine and mine.isIdle then mine = nil end
  for _, its in ipairs(list.waiting) do
    if mine and (mine.score < its.score or (mine.score == its.score and mine.p < its.p)) then
      table.insert(order, mine)
      mine = nil
    end
    table.insert(order, its)
  end
  if mine then table.insert(order, mine) end
  return order
end

local function aheadIn(order)
  for i, its in ipairs(order) do
    if its.p == ask.p then return i - 1 end
  end
  return #order
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

-- Two at a time, where there are as many for each: half as many questions.
local function leastOf(list, waiting)
  return waiting > 1 and list.size > 0 and min(list.isGate and 2 or 1, ceil(list.size / waiting)) or 1
end

-- How many are kept for those who come before each: until they were given as many, and at least one
-- serving.
local function aheadOf(order, least)
  local ahead, behind, sum = {}, 0, 0
  for i, its in ipairs(order) do
    while given(order[behind + 1]) < given(its) - least do
      behind = behind + 1
      sum = sum + given(order[behind])
    end
    ahead[i] = given(its) * behind - sum + least * (i - 1 - behind)
  end
  return ahead
end

local function mayTake(list, wanted, free)
  if #list.waiting == 0 or free == math.huge then return min(wanted, free) end
  local order = orderOf(list, placeOf(list, countOf(list)))
  local i, least = aheadIn(order) + 1, leastOf(list, #order)
  local share = max(least, ceil(levelOf(order, free) - given(order[i])))
  return max(0, min(wanted, share, free - aheadOf(order, least)[i]))
end

-- It wanted so many, might take so many, and got as many. Who wants no more now keeps its count.
local function settle(list, wanted, may, got)
  local waits = got == may and got < wanted
  list.isSettled = true
  if not waits and not list.isShared then -- nobody to be compared with
    if list.least then call('DEL', key('w', list.name)) end
    list.mine, list.least = nil, nil
    return
  end
  local mine = placeOf(list, countOf(list) + got)
  if not waits then mine = place(ask.p, mine.score + 0.25) end
  if not list.mine or list.mine.score ~= mine.score then
    call('ZADD', key('w', list.name), mine.score, ask.p)
  end
  if waits or #list.waiting > 0 then
    keepFor(2 * hour, 'w', list.name)
  elseif #list.before > 0 then
    call('PEXPIRE', key('w', list.name), minute)
  end
  list.mine, list.least = mine, list.least or given(mine)
end

local function takeBack(list) -- one that was not used
  if not list.mine then return end
  list.mine = place(ask.p, list.mine.score - ofOne)
  call('ZADD', key('w', list.name), list.mine.score, ask.p)
end

local function leave(list)
  if list.mine and not list.mine.isIdle then settle(list, 0, 0, 0) end
end

-- When each of those who wait will be served, as far as that is known: readyAt tells when there is
-- one after so many.
local function turnsOf(list, order, readyAt)
  local turns, least = {}, leastOf(list, #order)
  local ahead = aheadOf(order, least)
  for i, its in ipairs(order) do
    local at = readyAt(ahead[i], least)
    if at == never then break end
    turns[its.p] = at
  end
  return turns
end

-- Tells those whose turn comes sooner than they know, of all that are in the list now.
local function wake(list, before, turns)
  local names = {}
  for _, its in ipairs(orderOf(list)) do
    local at, isTold = turns[its.p], its.p == ask.p and list.isSettled
    if at and not isTold and at < (before[its.p] or never) - sameWindow then
      table.insert(names, at <= now and its.p or its.p .. '+' .. at - now)
    end
  end
  if #names > 0 then
    call('PUBLISH', key('wake'), list.name .. '\n' .. table.concat(names, ' '))
  end
end

-- Until one of those who wait too may be taken for dead: else it is woken.
local function waitForTurn(list, backAt)
  for _, its in ipairs(list.waiting) do backAt = min(backAt, heardAt(its.p) + aliveFor) end
  return backAt ~= never and backAt - now or nil
end
