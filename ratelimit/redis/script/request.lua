-- SPDX-FileCopyrightText: 2026 Turnstile contributors
-- SPDX-License-Identifier: MIT
--
-- Request: what it may hold, and what it must.
local done = {b = 'string', l = 'number', how = 'string', exempt = 'boolean', age = 'number',
  sent = 'number', route = 'string', status = 'number', kind = 'string', limit = 'number',
  remaining = 'number', after = 'number', reset = 'number', hash = 'string', name = 'string',
  ago = 'number', lane = 'string', split = 'boolean',
  limited = {kind = 'string', wait = 'number', must = {'kind', 'wait'}}, must = {'b', 'l', 'how'}}
local schema = {p = 'string', now = 'number', us = 'number', lease = 'number', global = 'number',
  period = 'number', group = 'string', invalid = 'number', invalidPeriod = 'number',
  margin = 'number', info = 'string', call = 'number', last = 'boolean', done = {each = done}, drop = {each = 'string'},
  back = {each = {b = 'string', l = 'number', must = {'b', 'l'}}}, look = {each = 'string'},
  most = {each = 'number'}, want = {each = {b = 'string', n = 'number', seq = 'number', route = 'string', major = 'string',
    pool = 'number', routes = {each = 'string'}, before = {each = 'string'}, probes = {each = 'string'},
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
    invalidPeriod = 10 * minute, done = {}, want = {}, drop = {}, back = {}, most = {}}
  for name, value in pairs(defaults) do
    if request[name] == nil or request[name] == cjson.null then request[name] = value end
  end
  if request.lease <= 0 or request.period <= 0 or request.invalidPeriod <= 0 then
    return nil, 'lease, period and invalidPeriod have to be above 0'
  end
  local wanted = 0
  for _, want in ipairs(request.want) do
    if want.n < 1 then return nil, 'request.want[].n has to be above 0' end
    if want.pool and not request.most[want.pool] then
      return nil, 'request.want[].pool is none of request.most'
    end
    wanted = wanted + want.n
  end
  if wanted > mostLeases then return nil, 'more than ' .. mostLeases .. ' leases are wanted' end
  return request
end
