-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- The tokens of a window that slides: those that are out, by the moment when each is surely back.
-- The same as SlidingLog (ratelimit/core). Earliest first.
local mostMoments = 64

local function readLog(text)
  local log = {size = 0}
  if not text then return log end
  for at, count in text:gmatch('(%d+):(%d+)') do
    table.insert(log, {at = tonumber(at), count = tonumber(count)})
    log.size = log.size + tonumber(count)
  end
  return log
end

local function writeLog(log)
  local texts = {}
  for i, moment in ipairs(log) do texts[i] = ('%.0f:%d'):format(moment.at, moment.count) end
  return table.concat(texts, ' ')
end

-- Into the later one, so that nothing is back too early.
local function mergeClosest(log)
  local closest = 1
  for i = 1, #log - 1 do
    if log[i + 1].at - log[i].at < log[closest + 1].at - log[closest].at then closest = i end
  end
  log[closest + 1].count = log[closest + 1].count + log[closest].count
  table.remove(log, closest)
end

local function addToLog(log, count, at)
  if count <= 0 then return end
  local place = 1
  while log[place] and log[place].at <= at do place = place + 1 end
  table.insert(log, place, {at = at, count = count})
  log.size = log.size + count
  if #log > mostMoments then mergeClosest(log) end
end

local function expireLog(log, at)
  while log[1] and log[1].at <= at do log.size = log.size - table.remove(log, 1).count end
end

local function keepLatest(log, count)
  local surplus = log.size - max(0, count)
  if surplus <= 0 then return end
  while log[1] and log[1].count <= surplus do surplus = surplus - table.remove(log, 1).count end
  if log[1] then log[1].count = log[1].count - surplus end
  log.size = max(0, count)
end
