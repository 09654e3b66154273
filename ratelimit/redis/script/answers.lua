-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Routes, and the hashes that the server has named for them.
local routes = {}

local function readRoutes()
  local names, asked = {}, {}
  local function add(name)
    if name and not asked[name] then table.insert(names, name) end
    asked[name or ''] = true
  end
  for _, want in ipairs(ask.want) do
    add(want.route)
    for _, name in ipairs(want.routes or {}) do add(name) end
  end
  for _, done in ipairs(ask.done) do add(done.route) end
  if #names == 0 then return end
  local told = call('HMGET', key('r'), unpack(names))
  for i, name in ipairs(names) do
    local known = told[i] and cjson.decode(told[i])
    if known and known.at > now - learntFor then routes[name] = known end
  end
end

local function isOf(name, hash) return name:sub(1, #hash + 1) == hash .. '#' end

-- Those of a route that counts apart, and the name of its bucket is not told apart yet.
local splits, toldSplit = {}, {}

local function tellSplit(route, known)
  if not toldSplit[route] then table.insert(splits, {route = route, hash = known.hash}) end
  toldSplit[route] = true
end

local function isUnsplit(name, route, known)
  if not (known and known.split and name) or #name + #route >= longestName then return false end
  if not isOf(name, known.hash) or name:sub(-#route - 1) == '#' .. route then return false end
  tellSplit(route, known)
  return true
end

-- For one more route. Each answer renews the key of all, so those that are old stay until here.
local function hasRoom()
  if call('HLEN', key('r')) < mostRoutes then return true end
  if now < global.routesAt then return false end
  setGlobal('routesAt', now + hour)
  local flat, old = call('HGETALL', key('r')), {}
  for i = 2, #flat, 2 do
    if cjson.decode(flat[i]).at <= now - learntFor then table.insert(old, flat[i - 1]) end
  end
  for i = 1, #old, 1000 do call('HDEL', key('r'), unpack(old, i, min(i + 999, #old))) end
  return #old > 0
end

-- Whether the answer is of the bucket that it says: an overtaken one may not be.
local function learnHash(bucket, d, grantedAt)
  if not d.hash or not d.route or d.kind ~= 'bucket' then return true end
  local known = routes[d.route]
  if known and known.hash ~= d.hash and grantedAt < known.at then -- elsewhere it is another
    return isProvisional(bucket.name) or isOf(bucket.name, d.hash)
  end
  if not known and not hasRoom() then return true end
  if d.split and not (known and known.split) and #waitersOf(bucket).waiting > 0 then
    call('PUBLISH', key('wake'), d.b)
  end
  known = {hash = d.hash, limit = d.limit,
    split = d.split or (known and known.hash == d.hash and known.split) or nil,
    at = max(known and known.at or 0, grantedAt)}
  routes[d.route] = known
  call('HSET', key('r'), d.route, cjson.encode(known))
  call('PEXPIRE', key('r'), learntFor)
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
  if call('EXISTS', key('w', name)) == 0 then
    moveKeys('w', bucket.name, name)
  else -- what is counted in one says nothing in the other: they come anew
    call('DEL', key('w', bucket.name))
  end
  moveHolds(bucket, target)
  lists[bucket.name], lists[name] = nil, nil
  target.inFlight = call('ZCARD', key('l', name))
  call('DEL', key('b', bucket.name))
  call('HSET', key('b', bucket.name), 'moved', name)
  keepFor(2 * hour, 'b', bucket.name)
  buckets[bucket.name], bucket.hasMoved = target, true
  waitersOf(target).isNew = true
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
  if not expiry and d.how ~= 'answered' and wasTakenForLost(member) then return nil, false end
  return expiry and expiry - ask.lease, expiry ~= nil or (d.age ~= nil and d.age < ask.lease)
end

local function limited(bucket, d, grantedAt, heldSlot)
  local kind, ends = d.limited.kind, latest - (d.ago or 0) + d.limited.wait
  if kind == 'cloudflare' then
    -- Those that were on their way when the block began say nothing new.
    if now >= global.edge then
      setGlobal('blocks', min(global.blocks + 1, mostEdgeDoublings + 1))
    end
    ends = max(ends, latest - (d.ago or 0) + firstEdgeWait * 2 ^ (max(global.blocks, 1) - 1))
    if ends <= max(now, global.edge) then return end
    setGlobal('edge', ends)
    return call('PUBLISH', key('wake'), '!') -- also for those who want nothing of Redis
  end
  if global.blocks > 0 then setGlobal('blocks', 0) end
  if kind == 'global' then
    setGlobal('lock', max(global.lock, ends))
    if heldSlot then lowerShare(grantedAt) end
  elseif kind == 'bucket' and bucket then
    bucket.counter.blockedUntil = max(bucket.counter.blockedUntil, ends)
  elseif bucket and d.lane then -- sublimit, shared
    holdLane(bucket, d.lane, kind, ends)
  end
end

local function learnAnswer(bucket, d, grantedAt, countedAt)
  if d.kind == 'global' then return bucket end -- its numbers are those of the global limit
  if not learnHash(bucket, d, grantedAt) then
    spend(bucket.counter, now)
    return bucket
  end
  local isSuccess = not d.status or (d.status >= 200 and d.status < 300) -- or nobody looked
  if d.kind == 'bucket' then -- who garbles the numbers may garble the name too
    local isApart = isUnsplit(d.name, d.route, routes[d.route or ''])
    bucket = named(bucket, isApart and d.name .. '#' .. d.route or d.name)
  end
  if d.limit or d.remaining or d.after then
    learn(bucket.counter, d, grantedAt, countedAt, bucket.inFlight)
  elseif d.status ~= 429 then -- which takes no token
    learnNothing(bucket.counter, isSuccess and (d.kind or 'none') == 'none')
  end
  return bucket
end

local function finish(d)
  local bucket = not d.exempt and bucketOf(d.b) or nil
  local grantedAt, counts = now - max(0, d.age or 0), false
  local countedAt = latest - max(0, d.ago or 0) -- where the server may have, at the latest
  if ask.margin and d.sent then countedAt = min(countedAt, latest - d.sent + ask.margin) end
  if bucket then
    local leasedAt
    leasedAt, counts = release(bucket, d)
    grantedAt = min(grantedAt, leasedAt or now)
    local isCounted = counts and d.how ~= 'unused'
      and not (d.limited and d.limited.kind == 'global')
    releaseSlot(ask.p .. ':' .. d.l, d.b, isCounted and countedAt)
    if leasedAt and d.how == 'unused' then
      takeBack(waitersOf(bucket))
      takeBack(gateList())
    end
  end
  if d.how == 'lost' and bucket and counts then spend(bucket.counter, now) end
  if d.how ~= 'answered' then return bucket and probed(bucket, d.lane, false) end
  if bucket then
    bucket = learnAnswer(bucket, d, grantedAt, countedAt)
    probed(bucket, d.lane, not d.limited)
  end
  if d.limited then
    limited(bucket, d, grantedAt, counts)
  elseif global.blocks > 0 and grantedAt >= global.edge then
    setGlobal('blocks', 0)
  end
  countInvalid(d)
end
