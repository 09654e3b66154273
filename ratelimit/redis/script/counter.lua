-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- The counter. Fields, how they are stored, and what they are at first; and its log (`lg`).
local layout = {{'knowledge', 'k', Unknown}, {'kind', 'f', Undecided}, {'limitIsLearnt', 'll', 0},
  {'tellsFractions', 'tf', 0}, {'countsLate', 'cl', 0}, {'moved', 'mv', 0},
  {'bareAnswers', 'ba', 0}, {'lost', 'lo', 0}, {'limit', 'li', unknown},
  {'remaining', 're', unknown}, {'resetAt', 'ra', never}, {'reset', 'rs', unnamed}, {'window', 'wi', 0}, {'openUntil', 'ou', 0},
  {'since', 'si', 0}, {'heardAt', 'he', 0}, {'lostAt', 'la', 0}, {'blockedUntil', 'bl', 0},
  {'holdsUntil', 'hu', 0}} -- some of its lanes may be held

local function windowOrGuess(c) return c.window > 0 and c.window or unknownWindow end
local function rounding(c) return c.tellsFractions == 1 and 1 or 1000 end
local function precision(c) return max(rounding(c), sameWindow) end
local function isCertainlyOpen(c) return now < c.openUntil end

local function roll(c, at)
  expireLog(c.log, at)
  if c.lost > 0 and at >= c.lostAt + windowOrGuess(c) then c.lost = 0 end
  if at < c.resetAt then return end
  c.since, c.resetAt, c.openUntil = c.resetAt, never, 0
  if c.reset ~= unnamed then c.reset = c.reset + c.moved end
  c.moved, c.remaining = 0, c.limit
  if c.limit <= 0 then c.knowledge, c.remaining = Unknown, unknown end
end

local function left(c)
  local free = max(0, c.remaining - c.lost)
  return c.kind == Sliding and max(free, c.limit - c.log.size) or free
end

local function available(c, inFlight)
  if now < c.blockedUntil then return 0 end
  if c.knowledge == Limited then return max(0, left(c) - inFlight) end
  return c.knowledge == Unlimited and math.huge or inFlight == 0 and 1 or 0
end

local function numbersOf(c, inFlight) -- as they are told
  local free = available(c, inFlight)
  return {free = free ~= math.huge and free or nil,
    limit = c.limit ~= unknown and c.limit or nil,
    remaining = c.remaining ~= unknown and left(c) or nil,
    reset = c.resetAt ~= never and c.resetAt - now or nil,
    blocked = now < c.blockedUntil and c.blockedUntil - now or nil}
end

local function changesAt(c)
  if now < c.blockedUntil then return c.blockedUntil end
  local first = min(c.resetAt, c.log[1] and c.log[1].at or never)
  return c.lost > 0 and min(first, c.lostAt + windowOrGuess(c)) or first
end

local function spend(c, at)
  roll(c, at)
  if c.knowledge ~= Limited then return end
  c.lost, c.lostAt = c.lost + 1, at
  if c.kind == Sliding then addToLog(c.log, 1, at + windowOrGuess(c)) end
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
  if window == 'Newer' and isCertainlyOpen(c) and c.limit ~= unknown and a.endsBy ~= never then
    c.kind = Sliding
    return
  end
  if window ~= 'Same' or a.status == 429 or c.openUntil == 0 or a.remaining == unknown
    or a.remaining >= max(0, c.remaining) then return end
  local isNamed = a.reset ~= unnamed and c.reset ~= unnamed
  local since = isNamed and c.since or a.lastHeardAt
  if a.grantedAt - since > 2 * precision(c) then c.kind, c.log = Fixed, {size = 0} end
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

local function startLog(c) -- with all that may be out, whenever it was taken
  addToLog(c.log, c.limit - c.remaining, c.resetAt)
  addToLog(c.log, c.lost, c.lostAt + windowOrGuess(c))
end

local function learnLog(c, a, inFlight)
  keepLatest(c.log, c.limit)
  if a.limit == unknown or a.remaining == unknown or a.endsBy == never then return end
  local used = max(0, a.limit - a.remaining)
  if not a.isOvertaken and a.grantedAt >= c.lostAt then keepLatest(c.log, used) end
  addToLog(c.log, used - c.log.size - inFlight, a.endsBy) -- by others
end

local function learn(c, d, grantedAt, countedAt, inFlight)
  roll(c, now)
  local a = {grantedAt = grantedAt, isOvertaken = grantedAt < c.heardAt, lastHeardAt = c.heardAt,
    limit = max(d.limit or unknown, unknown),
    remaining = d.remaining and max(0, d.remaining) or unknown, status = d.status or 0,
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
  local wasSliding = c.kind == Sliding
  if wasSliding then
    addToLog(c.log, 1, a.endsBy ~= never and a.endsBy or now + windowOrGuess(c))
  end
  local window = compareWindow(c, a)
  if window == 'Older' then return end
  learnLimit(c, a, window)
  learnKind(c, a, window)
  learnTokens(c, a, window)
  learnEnd(c, a, window)
  if c.kind == Sliding and not wasSliding then
    startLog(c)
  elseif c.kind == Sliding then
    learnLog(c, a, inFlight)
  end
  roll(c, now)
end
