-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- What all processes of one token share: counters, leases, locks, and whose turn it is.
-- KEYS[1]: prefix of all keys; ARGV[1]: the request; returns the reply; both are JSON.
-- The counter is TokenCounter (ratelimit/core), by the same names.

local version = 1
local mostEntries, mostLeases, mostRoutes, longestText = 500, 5000, 10000, 1024
local longestName = 1000 -- processes cut longer ones
local aliveFor, minute, hour = 10000, 60000, 3600000
local goneAfter = 1000 -- its last call; one that comes even later is still refused
local learntFor = 24 * hour
local askedAnyway = 2000 -- by who is to be woken, after its turn should have come
local together = 50 -- slots that are free so soon after one another are given at once
local never, unknown, unnamed = 1e14, -1, -1 -- no window is open; not told; a window without a name
local Unknown, Unlimited, Limited = 0, 1, 2 -- Knowledge
local Undecided, Fixed, Sliding = 0, 1, 2 -- WindowKind
local sameWindow, unknownWindow, bareAnswersNeeded = 50, 5000, 3
local firstEdgeWait, mostEdgeDoublings = minute, 6
local ask, now, latest -- the time in whole milliseconds, and rounded up: what ended did so before
local min, max, floor, ceil = math.min, math.max, math.floor, math.ceil
local call = redis.call

local function key(kind, name)
  return KEYS[1] .. ':' .. kind .. (name and ':' .. name or '')
end
