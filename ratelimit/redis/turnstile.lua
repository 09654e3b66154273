-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- What all processes of one token share: counters, leases, locks, and whose turn it is.
-- KEYS[1]: prefix of all keys; ARGV[1]: the request; returns the reply; both are JSON.
-- The counter is TokenCounter (ratelimit/core), by the same names, without sliding windows.

local version = 1
local mostEntries, mostLeases, mostRoutes, longestText = 500, 5000, 10000, 1024
local aliveFor, minute, hour = 10000, 60000, 3600000
local never, unknown, unnamed = 1e14, -1, -1 -- no window is open; not told; a window without a name
local Unknown, Unlimited, Limited = 0, 1, 2 -- Knowledge
local Undecided, Fixed = 0, 1 -- WindowKind
local sameWindow, unknownWindow, bareAnswersNeeded = 50, 5000, 3
local firstEdgeWait, mostEdgeDoublings = minute, 6
local ask, now
local min, max, floor = math.min, math.max, math.floor
local call = redis.call

local function key(kind, name)
  return KEYS[1] .. ':' .. kind .. (name and ':' .. name or '')
end

-- Request: what it may hold, and what it must.
local done = {b = 'string', l = 'number', how = 'string', exempt = 'boolean', age = 'number',
  sent = 'number', route = 'string', status = 'number', kind = 'string', limit = 'number',
  remaining = 'number', after = 'number', reset = 'number', hash = 'string', name = 'string',
  limited = {kind = 'string', wait = 'number', must = {'kind', 'wait'}}, must = {'b', 'l', 'how'}}
local schema = {p = 'string', now = 'number', lease = 'number', global = 'number',
  period = 'number', group = 'string', invalid = 'number', invalidPeriod = 'number',
  margin = 'number', info = 'string', done = {each = done}, drop = {each = 'string'},
  back = {each = {b = 'string', l = 'number', must = {'b', 'l'}}},
  want = {each = {b = 'string', n = 'number', seq = 'number', route = 'string', major = 'string',
    must = {'b', 'n', 'seq'}}},
  must = {'p', 'lease'}}

local check -- returns what is wrong, in words

local function checkText(value, kind, where)
  if type(value) ~= kind then return where .. ' is not a ' .. kind end
  if kind == 'string' and #value > longestText then return where .. ' is too long' end
  if kind == 'number' and not (value % 1 == 0 and math.abs(value) < never) then
    return where .. ' is not a whole number'
  end
end

local function checkList(list, each, where)
  if #list > mostEntries then return where .. ' has more than ' .. mostEntries .. ' entries' end
  for _, entry in ipairs(list) do
    local wrong = check(entry, each, where .. '[]')
    if wrong then return wrong end
  end
end

function check(value, kind, where)
  if type(kind) == 'string' then return checkText(value, kind, where) end
  if type(value) ~= 'table' then return where .. ' is not an object' end
  if kind.each then return checkList(value, kind.each, where) end
  for name, inner in pairs(value) do
    if inner == cjson.null then
      value[name] = nil
    elseif kind[name] and name ~= 'must' then
      local wrong = check(inner, kind[name], name)
      if wrong then return where .. '.' .. wrong end
    end
  end
  for _, name in ipairs(kind.must) do
    if value[name] == nil then return where .. '.' .. name .. ' is missing' end
  end
end

local function understand(text)
  local isJson, request = pcall(cjson.decode, text)
  if not isJson or type(request) ~= 'table' then return nil, 'the request is not a JSON object' end
  if request.v ~= version then return nil, 'this script speaks version ' .. version end
  local wrong = check(request, schema, 'request')
  if wrong then return nil, wrong end
  if request.p:find('[^%w_-]') or request.p == '' then
    return nil, 'request.p is not made of letters and digits'
  end
  local defaults = {global = 0, period = 1000, group = 'default', invalid = 0,
    invalidPeriod = 10 * minute, done = {}, want = {}, drop = {}, back = {}}
  for name, value in pairs(defaults) do
    if request[name] == nil or request[name] == cjson.null then request[name] = value end
  end
  if request.lease <= 0 or request.period <= 0 or request.invalidPeriod <= 0 then
    return nil, 'lease, period and invalidPeriod have to be above 0'
  end
  local wanted = 0
  for _, want in ipairs(request.want) do
    if want.n < 1 then return nil, 'request.want[].n has to be above 0' end
    wanted = wanted + want.n
  end
  if wanted > mostLeases then return nil, 'more than ' .. mostLeases .. ' leases are wanted' end
  return request
end

-- The counter. Fields, how they are stored, and what they are at first.
local layout = {{'knowledge', 'k', Unknown}, {'kind', 'f', Undecided}, {'limitIsLearnt', 'll', 0},
  {'tellsFractions', 'tf', 0}, {'countsLate', 'cl', 0}, {'moved', 'mv', 0},
  {'bareAnswers', 'ba', 0}, {'lost', 'lo', 0}, {'limit', 'li', unknown},
  {'remaining', 're', unknown}, {'resetAt', 'ra', never}, {'reset', 'rs', unnamed}, {'window', 'wi', 0}, {'openUntil', 'ou', 0},
  {'since', 'si', 0}, {'heardAt', 'he', 0}, {'lostAt', 'la', 0}, {'blockedUntil', 'bl', 0}}

local function windowOrGuess(c) return c.window > 0 and c.window or unknownWindow end
local function rounding(c) return c.tellsFractions == 1 and 1 or 1000 end
local function precision(c) return max(rounding(c), sameWindow) end
local function isCertainlyOpen(c) return now < c.openUntil end

local function roll(c, at)
  if c.lost > 0 and at >= c.lostAt + windowOrGuess(c) then c.lost = 0 end
  if at < c.resetAt then return end
  c.since, c.resetAt, c.openUntil = c.resetAt, never, 0
  if c.reset ~= unnamed then c.reset = c.reset + c.moved end
  c.moved, c.remaining = 0, c.limit
  if c.limit <= 0 then c.knowledge, c.remaining = Unknown, unknown end
end

local function available(c, inFlight)
  if now < c.blockedUntil then return 0 end
  if c.knowledge == Limited then return max(0, max(0, c.remaining - c.lost) - inFlight) end
  return c.knowledge == Unlimited and math.huge or inFlight == 0 and 1 or 0
end

local function changesAt(c)
  if now < c.blockedUntil then return c.blockedUntil end
  return c.lost > 0 and min(c.resetAt, c.lostAt + windowOrGuess(c)) or c.resetAt
end

local function spend(c, at)
  roll(c, at)
  if c.knowledge == Limited then c.lost, c.lostAt = c.lost + 1, at end
end

local function learnNothing(c, meansUnlimited)
  if c.knowledge ~= Unknown or not meansUnlimited then return spend(c, now) end
  c.bareAnswers = c.bareAnswers + 1
  if c.bareAnswers >= bareAnswersNeeded then c.knowledge = Unlimited end
end

-- a.isOvertaken: it may have been decided before another one that was heard already.
local function compareNames(c, a, isOpen)
  local moved = a.reset - c.reset
  -- Only a request that was out before the window began can still speak of the one before.
  local hasJumped = a.openUntil > now
    and a.openUntil > (isOpen and c.resetAt or c.since) + moved + sameWindow
  local isOlder = a.grantedAt < c.since and not hasJumped
  if moved < -sameWindow then return isOlder and 'Older' or 'Replaced' end
  if isOpen then return moved > sameWindow and 'Newer' or 'Same' end
  return moved <= 0 and isOlder and 'Older' or 'Newer' -- the name is of the one that has ended
end

local function compareWindow(c, a)
  if c.knowledge ~= Limited then return 'Newer' end
  local isOpen = c.resetAt ~= never
  if a.reset ~= unnamed and c.reset ~= unnamed then return compareNames(c, a, isOpen) end
  if not isOpen then return (a.endsBy ~= never or not a.isOvertaken) and 'Newer' or 'Same' end
  if c.openUntil == 0 then return a.grantedAt < c.since and 'Same' or 'Newer' end -- assumed
  local latest = isCertainlyOpen(c) and min(c.resetAt, c.since + c.window) or c.resetAt
  if a.openUntil > latest then return 'Newer' end
  if a.endsBy >= c.openUntil then return 'Same' end
  return a.isOvertaken and 'Older' or 'Replaced'
end

-- A lower limit counts at once. A higher one may be the older one.
local function learnLimit(c, a, window)
  local mayBeOld = window == 'Same' and a.isOvertaken
  if a.limit == unknown or (mayBeOld and c.limit ~= unknown and c.limit < a.limit) then return end
  c.limit, c.limitIsLearnt = a.limit, 1
end

local function learnKind(c, a, window)
  -- It slides. Not to know the kind is safe for that too.
  if window == 'Newer' and isCertainlyOpen(c) and c.limit ~= unknown and a.endsBy ~= never then
    c.kind = Undecided
    return
  end
  if window ~= 'Same' or a.status == 429 or c.openUntil == 0 or a.remaining == unknown
    or a.remaining >= max(0, c.remaining) then return end
  local isNamed = a.reset ~= unnamed and c.reset ~= unnamed
  local since = isNamed and c.since or a.lastHeardAt
  if a.grantedAt - since > 2 * precision(c) then c.kind = Fixed end
end

local function learnTokens(c, a, window)
  local before = c.remaining
  c.knowledge, c.bareAnswers = Limited, 0
  if a.remaining ~= unknown then
    c.remaining = max(0, a.remaining)
  else -- a server that names its limit only now and then still has the one that it named last
    local last = before ~= unknown and before or c.limit ~= unknown and c.limit or 1
    c.remaining = max(0, last - 1)
  end
  local mayBeOld = window == 'Same' or (isCertainlyOpen(c) and a.isOvertaken)
  if mayBeOld and before ~= unknown then c.remaining = min(c.remaining, before) end
  if c.limit ~= unknown then c.remaining = min(c.remaining, c.limit) end
  if a.remaining ~= unknown and a.grantedAt >= c.lostAt then c.lost = 0 end
end

-- Two bounds on one end, from this answer and from those before: the earlier is nearer.
local function narrowEnd(c, a)
  local moves = c.kind == Fixed and 0 or rounding(c)
  local later = a.reset - c.reset - c.moved
  c.resetAt = min(c.resetAt + max(later, 0) + moves,
    a.endsBy - min(later, 0) + (a.isOvertaken and moves or 0))
  c.moved = c.moved + max(later, 0)
  if a.openUntil > c.resetAt then c.resetAt = a.endsBy end -- the server's clock has jumped
end

local function learnEnd(c, a, window)
  local hasEnd = a.endsBy ~= never
  if window ~= 'Same' then
    local slides = hasEnd and window == 'Newer' and c.resetAt ~= never and isCertainlyOpen(c)
    c.resetAt = slides and max(c.resetAt, a.endsBy) or a.endsBy
    c.since, c.reset, c.moved = now, a.reset, 0
  elseif hasEnd and a.reset ~= unnamed and c.reset ~= unnamed then
    narrowEnd(c, a)
  elseif hasEnd then -- a later end may be jitter or a sliding window: the later one is safe
    c.resetAt = c.resetAt == never and a.endsBy or max(c.resetAt, a.endsBy)
    if a.reset ~= unnamed then c.reset, c.moved = a.reset, 0 end
  end
  c.openUntil = window == 'Replaced' and a.openUntil or max(c.openUntil, a.openUntil)
  if c.resetAt == never and c.remaining == 0 then -- openAssumedWindow()
    c.resetAt, c.openUntil, c.since, c.reset = now + windowOrGuess(c), 0, now, unnamed
  end
end

-- What passed has taken a token, so all cannot be left, unless the server counts after it answers.
local function learnCounting(c, a, isFull, after)
  if a.status < 200 or a.status >= 300 or a.remaining == unknown then return end
  if a.remaining == 0 then
    c.countsLate = 0
  elseif isFull and (after or 0) > 0 then
    c.countsLate = 1
  end
end

local function learn(c, d, grantedAt, countedAt)
  roll(c, now)
  local a = {grantedAt = grantedAt, isOvertaken = grantedAt < c.heardAt, lastHeardAt = c.heardAt,
    limit = d.limit or unknown, remaining = d.remaining or unknown, status = d.status or 0,
    reset = unnamed, endsBy = never, openUntil = 0}
  c.heardAt = now
  learnCounting(c, a, a.limit > 0 and a.remaining >= a.limit, d.after)
  if c.countsLate == 1 and a.status ~= 429 and a.remaining > 0 then
    a.remaining = a.remaining - 1
  end
  if (d.after or 0) % 1000 ~= 0 or (d.reset or 0) % 1000 ~= 0 then c.tellsFractions = 1 end
  if d.after then
    c.window = max(c.window, d.after)
    if not (a.limit > 0 and a.remaining >= a.limit) then -- else no window needs to be open
      a.reset = d.reset or unnamed
      a.endsBy = countedAt + d.after
      a.openUntil = grantedAt + d.after - precision(c)
    end
  end
  local window = compareWindow(c, a)
  if window == 'Older' then return end
  learnLimit(c, a, window)
  learnKind(c, a, window)
  learnTokens(c, a, window)
  learnEnd(c, a, window)
  roll(c, now)
end

-- Buckets: each is read once for a call and written at its end. A lease that has expired is lost.
local buckets, touched = {}, {}

local function isProvisional(name) return name:sub(1, 2) == 'p#' end

local function bucketOf(name)
  if buckets[name] then return buckets[name] end
  local flat, stored, c = call('HGETALL', key('b', name)), {}, {}
  for i = 1, #flat, 2 do stored[flat[i]] = flat[i + 1] end
  if stored.moved then -- it has got a name
    buckets[name] = bucketOf(stored.moved)
    return buckets[name]
  end
  for _, field in ipairs(layout) do c[field[1]] = tonumber(stored[field[2]]) or field[3] end
  local bucket = {name = name, counter = c, stored = stored, isNew = #flat == 0,
    leases = key('l', name)}
  bucket.inFlight = call('ZCARD', bucket.leases)
  local expired = bucket.inFlight > 0
    and call('ZRANGEBYSCORE', bucket.leases, '-inf', now, 'WITHSCORES') or {}
  for i = 2, #expired, 2 do spend(c, tonumber(expired[i])) end
  if #expired > 0 then call('ZREMRANGEBYSCORE', bucket.leases, '-inf', now) end
  bucket.inFlight = bucket.inFlight - #expired / 2
  roll(c, now)
  bucket.knownChange = changesAt(c)
  buckets[name] = bucket
  table.insert(touched, bucket)
  return bucket
end

local function keepFor(time, kind, name) -- the longest of two, so that no process shortens it
  call('PEXPIRE', key(kind, name), max(2 * hour, time))
end

local function save(bucket)
  local c, changed = bucket.counter, {}
  for _, field in ipairs(layout) do
    if c[field[1]] ~= (tonumber(bucket.stored[field[2]]) or field[3]) then
      table.insert(changed, field[2])
      table.insert(changed, c[field[1]])
    end
  end
  if #changed > 0 then call('HSET', key('b', bucket.name), unpack(changed)) end
  local open = max(c.resetAt ~= never and c.resetAt or 0, c.blockedUntil,
    c.lost > 0 and c.lostAt + windowOrGuess(c) or 0)
  keepFor(2 * (open - now), 'b', bucket.name)
end

-- Processes. Whoever is not heard of for a while keeps nobody waiting.
local alive -- process -> when it was last heard

local function hearProcess()
  local dead = call('ZRANGEBYSCORE', key('p'), '-inf', now - aliveFor, 'LIMIT', 0, 100)
  if #dead > 0 then
    call('ZREM', key('p'), unpack(dead))
    call('HDEL', key('ph'), unpack(dead))
  end
  call('ZADD', key('p'), now, ask.p)
  call('PEXPIRE', key('p'), minute)
  if not ask.info then return end
  call('HSET', key('ph'), ask.p, ask.info)
  call('PEXPIRE', key('ph'), hour)
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

local function listOf(name)
  if lists[name] then return lists[name] end
  local list = {name = name, waiting = {}, servedAt = {}, ahead = 0, last = 0}
  local flat, gone = call('ZRANGE', key('w', name), 0, -1, 'WITHSCORES'), {}
  for i = 1, #flat, 2 do
    local process, at = flat[i], tonumber(flat[i + 1])
    local fraction = at % 1
    local isIdle = fraction % 0.5 ~= 0
    if process == '' then
      list.share = -at
    elseif process == ask.p then
      list.mine = {at = floor(at), score = at, served = fraction >= 0.5, isIdle = isIdle}
      list.ahead = #list.waiting
    elseif not heardAt(process) then
      table.insert(gone, process)
    elseif not isIdle then
      table.insert(list.waiting, process)
      list.servedAt[process] = fraction >= 0.5 and at or 0
    end
    list.last = floor(at)
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

-- How many each may have. In a round each is served once: since then, and with the same share.
local function shareOf(list, free, since)
  local due, served = 1, 0
  for i, process in ipairs(list.waiting) do
    if i <= list.ahead or list.servedAt[process] < max(since, 1) then
      due = due + 1
    else
      served = served + 1
    end
  end
  local mine = list.mine
  if due == 1 and mine and mine.served and mine.at >= since then due, served = due + served, 0 end
  local share = max(1, floor(free / due))
  return served > 0 and list.share and min(share, list.share) or share
end

-- How many of the free ones this process may have: its share, and nothing of what is kept for
-- those who wait longer. Who was served gets more only when they are.
local function mayTake(list, wanted, free, since)
  if #list.waiting == 0 then return min(wanted, free) end
  if list.mine and list.mine.served and list.ahead > 0 then return 0 end
  list.newShare = shareOf(list, free, since)
  if list.newShare == math.huge then return wanted end
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
    if share and share ~= list.share and share ~= math.huge then
      call('ZADD', key('w', list.name), -share, '')
    end
    keepFor(2 * hour, 'w', list.name)
  elseif #list.waiting == 0 and list.last > 0 then
    call('DEL', key('w', list.name)) -- of those who do not wait
  elseif mine or list.wasThere then
    call('ZREM', key('w', list.name), ask.p)
  end
  local isIdle = not score or score % 0.5 ~= 0
  list.wakes = list.wakes or got > 0 or (mine and not mine.isIdle and isIdle)
  list.waits = not isIdle
end

local function leave(list)
  if not list.mine and not list.wasThere then return end
  call('ZREM', key('w', list.name), ask.p)
  list.wakes, list.mine, list.wasThere, list.ahead = true, nil, false, #list.waiting
end

-- Until more comes back, or one of those who wait too may be taken for dead: else it is woken.
local function waitForTurn(list, backAt)
  for _, process in ipairs(list.waiting) do backAt = min(backAt, heardAt(process) + aliveFor) end
  return backAt ~= never and backAt - now or nil
end

-- The token's limits over all buckets.
local global -- lock, edge, blocks, share...; inFlight and answered, as counts
local globalFields = {'lock', 'edge', 'blocks', 'share', 'raiseAt', 'raiseEvery', 'loweredAt'}
local longestRaise = 64 -- periods

local function readGlobal()
  local told = call('HMGET', key('g'), unpack(globalFields))
  global = {leases = {}} -- and those that are given in this call
  for i, name in ipairs(globalFields) do global[name] = tonumber(told[i]) or 0 end
  call('ZREMRANGEBYSCORE', key('ga'), '-inf', now - ask.period)
  local expired = call('ZRANGEBYSCORE', key('gl'), '-inf', now, 'WITHSCORES')
  for i = 1, #expired, 2 do -- lost: its slot stays taken for a period
    if tonumber(expired[i + 1]) > now - ask.period then
      call('ZADD', key('ga'), expired[i + 1], expired[i])
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

-- When a slot is free by itself, of those that were answered.
local function slotBackAt()
  local excess = global.inFlight + global.answered - shareNow() + 1
  if ask.global == 0 or excess <= 0 then return now end
  local back = excess <= global.answered and scoreAt(key('ga'), excess - 1) + ask.period or never
  return min(back, nextRaise())
end

-- How long until then; or until a lease ends, and its slot with it.
local function waitForSlot()
  local expiry = freeSlots() == 0 and scoreAt(key('gl'), 0)
  local back = min(slotBackAt(), expiry and expiry + ask.period or never)
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

local function releaseSlot(member, countedAt) -- nothing: it was never counted
  global.inFlight = global.inFlight - call('ZREM', key('gl'), member)
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
  call('ZADD', name, now, ask.p .. ':' .. d.l)
  call('ZREMRANGEBYRANK', name, 0, -ask.invalid - 1)
  call('PEXPIRE', name, ask.invalidPeriod + minute)
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

-- Routes, and the hashes that the server has named for them.
local routes = {}

local function readRoutes()
  local names, asked = {}, {}
  for _, list in ipairs({ask.want, ask.done}) do
    for _, entry in ipairs(list) do
      if entry.route and not asked[entry.route] then
        asked[entry.route] = true
        table.insert(names, entry.route)
      end
    end
  end
  if #names == 0 then return end
  local told = call('HMGET', key('r'), unpack(names))
  for i, name in ipairs(names) do
    if told[i] then routes[name] = cjson.decode(told[i]) end
  end
end

-- Whether the answer is of the bucket that the route counts in now: an overtaken one may not be.
local function learnHash(d, grantedAt)
  if not d.hash or not d.route or d.kind ~= 'bucket' then return true end
  local known = routes[d.route]
  if known and known.hash ~= d.hash and grantedAt < known.at then return false end
  if not known and call('HLEN', key('r')) >= mostRoutes then return true end
  known = {hash = d.hash, limit = d.limit, split = known and known.hash == d.hash and known.split,
    at = max(known and known.at or 0, grantedAt)}
  routes[d.route] = known
  call('HSET', key('r'), d.route, cjson.encode(known))
  call('PEXPIRE', key('r'), 24 * hour)
  return true
end

local function moveKeys(kind, from, to)
  if call('EXISTS', key(kind, from)) == 0 then return end
  call('ZUNIONSTORE', key(kind, to), 2, key(kind, to), key(kind, from), 'AGGREGATE', 'MIN')
  keepFor(ask.lease + minute, kind, to)
  call('DEL', key(kind, from))
end

-- The bucket that the answer names. A provisional one gets the name, with all that is in it.
local function named(bucket, name)
  if not name or name == bucket.name then return bucket end
  local target = bucketOf(name)
  if not isProvisional(bucket.name) or isProvisional(name) then return target end
  if target.isNew and target.inFlight == 0 then target.counter = bucket.counter end
  target.isNew = false
  moveKeys('l', bucket.name, name)
  if call('EXISTS', key('w', bucket.name)) == 1 then -- they know it by that name only
    call('PUBLISH', key('wake'), bucket.name)
  end
  moveKeys('w', bucket.name, name)
  lists[bucket.name], lists[name] = nil, nil
  target.inFlight = call('ZCARD', key('l', name))
  call('DEL', key('b', bucket.name))
  call('HSET', key('b', bucket.name), 'moved', name)
  keepFor(2 * hour, 'b', bucket.name)
  buckets[bucket.name], bucket.hasMoved = target, true
  listOf(name).wakes = true
  return target
end

-- When the lease was given, if it is there; and whether it has been, or would be but for a Redis
-- that has forgotten. One that has expired is counted already.
local function release(bucket, d)
  local member = ask.p .. ':' .. d.l
  local expiry = tonumber(call('ZSCORE', bucket.leases, member) or nil)
  if expiry then
    call('ZREM', bucket.leases, member)
    bucket.inFlight = bucket.inFlight - 1
    listOf(bucket.name).wakes = true
  end
  return expiry and expiry - ask.lease, expiry ~= nil or (d.age ~= nil and d.age < ask.lease)
end

local function limited(bucket, d, grantedAt, heldSlot)
  local kind, ends = d.limited.kind, now + d.limited.wait
  if kind == 'cloudflare' then
    -- Those that were on their way when the block began say nothing new.
    if now >= global.edge then
      setGlobal('blocks', min(global.blocks + 1, mostEdgeDoublings + 1))
    end
    local wait = max(d.limited.wait, firstEdgeWait * 2 ^ (max(global.blocks, 1) - 1))
    return setGlobal('edge', max(global.edge, now + wait))
  end
  if global.blocks > 0 then setGlobal('blocks', 0) end
  if kind == 'global' then
    setGlobal('lock', max(global.lock, ends))
    if heldSlot then lowerShare(grantedAt) end
  elseif kind == 'bucket' and bucket then
    bucket.counter.blockedUntil = max(bucket.counter.blockedUntil, ends)
  end -- sublimit and shared hold a lane, which is of the process
end

local function learnAnswer(bucket, d, grantedAt)
  if d.kind == 'global' then return bucket end -- its numbers are those of the global limit
  if not learnHash(d, grantedAt) then
    spend(bucket.counter, now)
    return bucket
  end
  local isSuccess = d.status and d.status >= 200 and d.status < 300
  bucket = named(bucket, d.name)
  if d.limit or d.remaining or d.after then
    local countedAt = ask.margin and d.sent and now - d.sent + ask.margin or now
    learn(bucket.counter, d, grantedAt, min(countedAt, now))
  elseif d.status ~= 429 then -- which takes no token
    learnNothing(bucket.counter, isSuccess and (d.kind or 'none') == 'none')
  end
  return bucket
end

local function finish(d)
  local bucket = not d.exempt and bucketOf(d.b) or nil
  local grantedAt, counts = now - max(0, d.age or 0), false
  if bucket then
    local leasedAt
    leasedAt, counts = release(bucket, d)
    grantedAt = min(grantedAt, leasedAt or now)
    local countedAt = now
    if ask.margin and d.sent then countedAt = min(now, now - d.sent + ask.margin) end
    local isCounted = counts and d.how ~= 'unused'
      and not (d.limited and d.limited.kind == 'global')
    releaseSlot(ask.p .. ':' .. d.l, isCounted and countedAt)
  end
  if d.how == 'lost' and bucket and counts then spend(bucket.counter, now) end
  if d.how ~= 'answered' then return end
  if bucket then bucket = learnAnswer(bucket, d, grantedAt) end
  if d.limited then
    limited(bucket, d, grantedAt, counts)
  elseif global.blocks > 0 and grantedAt >= global.edge then
    setGlobal('blocks', 0)
  end
  countInvalid(d)
end

-- Wants. The gate is what the token's limits allow in this call.
local function openGate(wanted)
  if now < global.edge then return {left = 0, why = 'cloudflare', wait = global.edge - now} end
  if now < global.lock then return {left = 0, why = 'global', wait = global.lock - now} end
  local free, list = freeSlots(), listOf('*')
  local gate = {list = list, may = mayTake(list, wanted, free, now - ask.period),
    why = 'global', wanted = 0, got = 0}
  if gate.may < min(wanted, free) then gate.why = 'turn' end
  local budget = invalidBudget()
  gate.left = min(gate.may, budget)
  if budget < gate.may then gate.why = 'invalid' end
  return gate
end

-- How long those wait whom the gate has kept, now that the others went.
local function waitAtGate(gate)
  if gate.wait then return gate.wait end
  if gate.why == 'global' then return waitForSlot() end
  if gate.why == 'turn' then
    local first = ask.global > 0 and scoreAt(key('ga'), 0)
    return waitForTurn(gate.list, first and first + ask.period or never)
  end
  local _, wait = invalidBudget()
  return wait or ask.period -- of answers nobody tells
end

local function grant(bucket, seq, count)
  if count < 1 then return end
  local expiry, leases = now + ask.lease, {}
  for i = seq, seq + count - 1 do
    for _, list in ipairs({leases, global.leases}) do
      table.insert(list, expiry)
      table.insert(list, ask.p .. ':' .. i)
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

local function waitForToken(bucket)
  local change = min(changesAt(bucket.counter), scoreAt(bucket.leases, 0) or never)
  return change ~= never and change - now or nil
end

local function redirect(want, known, bucket)
  local reply = {b = want.b, n = 0}
  if bucket.name ~= want.b then reply.name = bucket.name end
  if known then
    reply.hash, reply.split = known.hash, known.split
    if want.major and not reply.name then
      reply.name = known.hash .. '#' .. want.major .. (known.split and '#' .. want.route or '')
    end
  end
  return reply
end

local function serve(want, gate)
  local bucket, known = bucketOf(want.b), routes[want.route or '']
  if bucket.name ~= want.b or (known and isProvisional(want.b)) then
    return redirect(want, known, bucket)
  end
  local c = bucket.counter
  if known and known.limit and c.knowledge == Unknown and c.limitIsLearnt == 0 then -- hint()
    c.limit = known.limit
  end
  local before = grantedBefore(bucket, want)
  local wanted, list, free = want.n - before, listOf(want.b), available(c, bucket.inFlight)
  local isProbe = c.knowledge == Unknown and now >= c.blockedUntil
  local may = mayTake(list, wanted, free, c.since)
  local got = min(may, gate.left)
  grant(bucket, want.seq + before, got)
  settle(list, wanted, may, got)
  gate.left = gate.left - got
  if gate.list then gate.wanted, gate.got = gate.wanted + may, gate.got + got end
  local reply = {b = want.b, n = before + got}
  if got < may then
    reply.why, reply.at = gate.why, '*'
  elseif got < min(wanted, free) then
    reply.why, reply.wait = 'turn', waitForTurn(list, changesAt(c))
  elseif got < wanted then
    reply.why, reply.wait = isProbe and 'probe' or 'bucket', waitForToken(bucket)
  end
  return reply
end

local function serveAll()
  local replies, wanted = {}, 0
  for _, want in ipairs(ask.want) do wanted = wanted + want.n end
  if wanted == 0 then -- who could be served, and asks for nothing, does not wait
    local list = listOf('*')
    local isHeld = now < max(global.lock, global.edge)
    if list.mine and not isHeld and mayTake(list, 1, freeSlots(), 0) > 0 then leave(list) end
    return nil
  end
  local gate = openGate(wanted)
  for _, want in ipairs(ask.want) do table.insert(replies, serve(want, gate)) end
  local wait
  for _, reply in ipairs(replies) do
    if reply.at then
      wait = wait or waitAtGate(gate) or never
      reply.wait = wait ~= never and wait or nil
    end
  end
  if gate.list then
    settle(gate.list, gate.wanted, min(gate.may, gate.wanted), gate.got)
  end
  return replies
end

-- With this process, if it waits: that it asked for nothing here now does not matter.
local function waitingAt(list)
  local waits = list.waits
  if waits == nil then waits = list.mine and not list.mine.isIdle end
  return #list.waiting + (waits and 1 or 0)
end

-- Tells those who wait of what came free, or will sooner than they know; once for each bucket.
local function wake(name, free, isSooner)
  local count = waitingAt(listOf(name))
  if count > 0 and (isSooner or (listOf(name).wakes and free > 0)) then
    call('PUBLISH', key('wake'), name)
  end
  return count
end

local function describe(bucket)
  local c, free = bucket.counter, available(bucket.counter, bucket.inFlight)
  return {b = bucket.name, free = free ~= math.huge and free or nil,
    limit = c.limit ~= unknown and c.limit or nil,
    remaining = c.remaining ~= unknown and max(0, c.remaining - c.lost) or nil,
    reset = c.resetAt ~= never and c.resetAt - now or nil,
    blocked = now < c.blockedUntil and c.blockedUntil - now or nil,
    knowledge = ({[0] = 'unknown', 'unlimited', 'limited'})[c.knowledge],
    inflight = bucket.inFlight,
    waiting = wake(bucket.name, free, changesAt(c) < bucket.knownChange - sameWindow)}
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
  local list = listOf('*')
  list.wakes = list.wakes or global.freed
  if waitingAt(list) > 0 then
    wake('*', freeSlots(), slotBackAt() < global.knownBack - sameWindow)
  end
  return #learnt > 0 and learnt or nil
end

local function answer()
  readGlobal()
  hearProcess()
  global.knownBack = waitingAt(listOf('*')) > 0 and slotBackAt() or never
  readRoutes()
  for _, entry in ipairs(ask.done) do finish(entry) end
  for _, entry in ipairs(ask.back) do
    entry.how = 'unused'
    finish(entry)
  end
  for _, name in ipairs(ask.drop) do
    leave(listOf(name == '*' and name or bucketOf(name).name))
  end
  local want = serveAll()
  local learnt = settleAll()
  return cjson.encode({now = now, want = want, learnt = learnt,
    global = {used = global.inFlight + global.answered, lock = max(0, global.lock - now),
      edge = max(0, global.edge - now), free = waitForSlot()},
    invalid = invalidCount(), processes = call('ZCARD', key('p'))})
end

local wrong
ask, wrong = understand(ARGV[1])
if not ask then return cjson.encode({error = wrong}) end
local time = call('TIME')
now = ask.now or time[1] * 1000 + floor(time[2] / 1000)
return answer()
