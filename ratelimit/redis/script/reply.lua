-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- What is kept, who is woken, and what is told.
local function describe(bucket)
  local c = bucket.counter
  local list = waitersOf(bucket)
  local order = orderOf(list)
  local before = list.isNew and {} or bucketTurns(list, list.before, bucket.before)
  wake(list, before, bucketTurns(list, order, stateOf(bucket)))
  local told = numbersOf(c, bucket.inFlight)
  told.b, told.inflight, told.waiting = bucket.name, bucket.inFlight, #order
  told.knowledge = ({[0] = 'unknown', 'unlimited', 'limited'})[c.knowledge]
  return told
end

local function settleAll()
  local learnt = {}
  for i = 1, #global.leases, 1000 do -- what one command takes
    call('ZADD', key('gl'), unpack(global.leases, i, min(i + 999, #global.leases)))
  end
  if #global.leases > 0 then keepFor(ask.lease + minute, 'gl') end
  if global.freed then keepFor(ask.period + minute, 'ga') end
  for _, bucket in ipairs(touched) do
    if not bucket.hasMoved then
      save(bucket)
      table.insert(learnt, describe(bucket))
    end
  end
  if global.turns then
    local list = gateList()
    wake(list, global.turns, gateTurns(list, orderOf(list)))
  end
  return #learnt > 0 and learnt or nil
end

local function answer()
  if isOvertaken() then return cjson.encode({error = 'a later call was heard before'}) end
  hearProcess() -- first, see there
  readGlobal()
  if #ask.done + #ask.want + #ask.back + #ask.drop > 0 then -- else nobody's turn changes
    global.turns = gateTurns(gateList(), gateList().before)
  end
  readRoutes()
  for _, entry in ipairs(ask.done) do finish(entry) end
  for _, entry in ipairs(ask.back) do
    entry.how = 'unused'
    finish(entry)
  end
  for _, name in ipairs(ask.drop) do
    leave(name == '*' and gateList() or waitersOf(bucketOf(name)))
  end
  local want = serveAll()
  local learnt = settleAll()
  if ask.last then call('ZADD', key('p'), now + goneAfter - aliveFor, ask.p) end
  return cjson.encode({now = now, want = want, learnt = learnt, stranger = isStranger or nil, look = ask.look and lookAround(),
    split = #splits > 0 and splits or nil,
    global = {used = global.inFlight + global.answered, lock = max(0, global.lock - now),
      edge = max(0, global.edge - now), free = waitForSlot()},
    invalid = invalidCount(), processes = call('ZCARD', key('p'))})
end

local wrong
ask, wrong = understand(ARGV[1])
if not ask then return cjson.encode({error = wrong}) end
local time = call('TIME')
local exact = ask.now and ask.now + (ask.us or 0) / 1000 or time[1] * 1000 + time[2] / 1000
now, latest = floor(exact), ceil(exact)
return answer()
