-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
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
  listOf(name).isNew = true
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
    releaseSlot(ask.p .. ':' .. d.l, d.b, isCounted and countedAt)
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
