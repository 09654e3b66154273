-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Processes. Whoever is not heard of for a while keeps nobody waiting.
local alive -- process -> when it was last heard

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
  local last = ask.call and tonumber(call('HMGET', key('ph'), numberOf(ask.p))[1] or nil)
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

-- Turns. A list holds who waits, by when they were enlisted or last served. The moment's fraction
-- says more: a half: it was served; a quarter: it does not wait now (it has what it wanted, or is
-- held up elsewhere), so nothing is kept for it. The nameless entry is the share of this round.
local lists = {}

local function place(process, score)
  local fraction = score % 1
  return {p = process, score = score, at = floor(score), served = fraction >= 0.5,
    isIdle = fraction % 0.5 ~= 0}
end

local function listOf(name)
  if lists[name] then return lists[name] end
  local list = {name = name, waiting = {}, before = {}, ahead = 0, last = 0}
  local flat, gone = call('ZRANGE', key('w', name), 0, -1, 'WITHSCORES'), {}
  for i = 1, #flat, 2 do
    local process, score = flat[i], tonumber(flat[i + 1])
    local its = place(process, score)
    if process ~= '' and not its.isIdle then table.insert(list.before, its) end
    if process == '' then
      list.share = -score
    elseif process == ask.p then
      list.mine, list.ahead = its, #list.waiting
    elseif not heardAt(process) then
      table.insert(gone, process)
    elseif not its.isIdle then
      table.insert(list.waiting, its)
    end
    list.last = its.at
  end
  if #gone > 0 then call('ZREM', key('w', name), unpack(gone, 1, min(#gone, mostLeases))) end
  -- Who had what it wanted, and comes back when all are served who waited then, is new.
  local mine = list.mine
  if not mine or (mine.isIdle and mine.served and list.ahead == 0) then
    list.mine, list.ahead = nil, #list.waiting
    list.wasThere = mine ~= nil
  end
  lists[name] = list
  return list
end

-- Who waits, in order, and this process as it is now.
local function orderOf(list)
  local order, mine = {}, list.mine
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

-- How many each may have. In a round each is served once: since then, and with the same share.
-- Those ahead, and who asks, are served next whatever they got.
local function shareOf(list, mine, others, ahead, free, since)
  local due, served = 1, 0
  for i, its in ipairs(others) do
    if i <= ahead or not its.served or its.score < since then
      due = due + 1
    else
      served = served + 1
    end
  end
  if due == 1 and mine and mine.served and mine.at >= since then due, served = due + served, 0 end
  local share = max(1, floor(free / due))
  return served > 0 and list.share and max(1, min(share, list.share)) or share
end

-- How many of the free ones this process may have: its share, and nothing of what is kept for
-- those who wait longer. Who was served gets more only when they are.
local function mayTake(list, wanted, free, since)
  if #list.waiting == 0 or free == math.huge then return min(wanted, free) end
  if list.mine and list.mine.served and list.ahead > 0 then return 0 end
  list.newShare = shareOf(list, list.mine, list.waiting, list.ahead, free, since)
  return max(0, min(wanted, list.newShare, free - list.newShare * list.ahead))
end

-- It wanted so many, might take so many, and got as many.
local function settle(list, wanted, may, got)
  local mine, score = list.mine, nil
  local servedBefore = mine and mine.served and 0.5 or 0
  local stamp = max(now, list.last + 1)
  if got < may or wanted == 0 then -- held up elsewhere: keeps its place
    if mine then score = got > 0 and stamp + 0.75 or mine.at + servedBefore + 0.25 end
  elseif got < wanted then
    score = got > 0 and stamp + 0.5 or (mine and mine.at or stamp) + servedBefore
  elseif #list.waiting > 0 then
    score = stamp + 0.75
  end
  if score then
    if not mine or score ~= mine.score then call('ZADD', key('w', list.name), score, ask.p) end
    local share = got > 0 and #list.waiting > 0 and list.newShare
    if share and share ~= list.share then
      call('ZADD', key('w', list.name), -share, '')
      list.share = share
    end
    keepFor(2 * hour, 'w', list.name)
  elseif #list.waiting == 0 and list.last > 0 then
    call('DEL', key('w', list.name)) -- of those who do not wait
  elseif mine or list.wasThere then
    call('ZREM', key('w', list.name), ask.p)
  end
  list.mine = score and place(ask.p, score)
  list.isSettled = true
end

local function leave(list)
  if not list.mine and not list.wasThere then return end
  call('ZREM', key('w', list.name), ask.p)
  list.mine, list.wasThere, list.ahead = nil, false, #list.waiting
end

local function aheadIn(order)
  for i, its in ipairs(order) do
    if its.p == ask.p then return i - 1 end
  end
  return #order
end

-- When each of those who wait will be served, as far as that is known: readyAt tells when so many
-- are free. Who was served before comes only when those ahead have been.
local function turnsOf(list, order, free, since, readyAt)
  local turns = {}
  if #order == 0 then return turns end
  local mine, others = order[1], {unpack(order, 2)}
  local share = shareOf(list, mine, others, 0, free, since)
  for i, its in ipairs(order) do
    if i == 1 or not its.served then
      local at = readyAt(i == 1 and 0 or share * (i - 1), share)
      if at == never then break end
      turns[its.p] = at
    end
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
