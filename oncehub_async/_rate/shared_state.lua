-- One budget of many processes, on the server's clock: the same as shared_state.py, line by line.
-- KEYS[1]: where the state is kept, which is also the channel on which a new one is announced.
-- ARGV: what a process asks, the rules, a name for a new state, "1" where others can't have told
-- yet what they have sent, and the time where it isn't the server's (in tests).
local LATE, AT_ONCE, SETTLING, SILENCE, SELDOM = 0.25, 0.03, 1.5, 1.5, 30
local PROBE_PATIENCE, LONGEST_SLEEP, LAG = 60, 30, 1000
local FIRST_PAUSE, LONGEST_PAUSE, LONGEST_RETRY_AFTER, ALONE, RECOVERY = 1, 60, 300, 60, 0.02
local ARRIVED, LEFT, ACCOUNT, ID, OPEN = 1, 2, 3, 4, 5
local PRIORITY, NUMBER, PROCESS, OF, BACK_AT = 1, 2, 3, 4, 5
local SEEN_AT, TURN = 1, 2

local given, rule = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local ask = {
  process = given[1], account = given[2], wants = given[3], settled = given[4],
  unused = given[5], verdicts = given[6], known = given[7], reported = given[8],
  heard = given[9], processes = given[10], turns = given[11], turn = given[12], leaves = given[13],
}
local rules = {
  per_second = rule[1], second = rule[2], per_five_minutes = rule[3], five_minutes = rule[4],
  reserve = rule[5], longest_delay = rule[6],
}
local time = redis.call('TIME')
local clock = tonumber(time[1]) + tonumber(time[2]) / 1000000
if ARGV[5] ~= '' then
  clock = tonumber(ARGV[5])
end

local function new_state(zero, now)
  return {
    zero = zero, name = ARGV[3], number = 0, places = {}, line = {}, seen = {}, turns = {},
    share = 1, paused_until = now, refusals = 0, cut_at = now - 1000000, probe = cjson.null,
    typical = 0,
    held_until = ARGV[4] == '1' and now + SETTLING or now, expected = 1, reporters = {},
    missing_until = now, next_settling = now, asked_at = now,
  }
end

-- What can't have been kept counts as lost.
local function is_whole(kept)
  if type(kept) ~= 'table' then return false end
  for each in pairs(new_state(0, 0)) do
    if kept[each] == nil then return false end
  end
  return true
end

local is_read, state = pcall(cjson.decode, redis.call('GET', KEYS[1]) or 'null')
-- The clock was set back: what is kept would count until it is that late again.
if not is_read or not is_whole(state) or clock - state.zero < state.asked_at - SILENCE then
  state = nil
end
local zero = state and state.zero or (ARGV[5] ~= '' and 0 or clock)
local now = clock - zero

if not state then
  state = new_state(zero, now)
  redis.call('PUBLISH', KEYS[1], ARGV[3])
end

local function filtered(list, keep)
  local result = {}
  for _, each in ipairs(list) do
    if keep(each) then result[#result + 1] = each end
  end
  return result
end

local function count(map)
  local result = 0
  for _ in pairs(map) do result = result + 1 end
  return result
end

local function notice_silence()
  local asked_at, expected_at = state.asked_at, nil
  for _, each in ipairs(state.line) do
    expected_at = math.min(expected_at or each[BACK_AT], each[BACK_AT])
  end
  if ask.reported ~= cjson.null then expected_at = asked_at end
  if now - math.max(asked_at, expected_at or now) > SILENCE then
    state.held_until = math.max(state.held_until, now + SETTLING)
  end
  state.asked_at = now
end

local function forget()
  local gone = now - rules.five_minutes
  state.places = filtered(state.places, function(p) return p[ARRIVED] > gone end)
  for each, seen in pairs(state.seen) do
    if seen[SEEN_AT] <= gone then state.seen[each] = nil end
  end
  for each in pairs(state.turns) do
    if not state.seen[each] then state.turns[each] = nil end
  end
  state.line = filtered(state.line, function(each) return each[BACK_AT] > now - LATE end)
  if state.probe ~= cjson.null and state.probe[2] <= now - PROBE_PATIENCE then
    state.probe = cjson.null
  end
end

local function turns_for(number)
  local turns = 1
  while turns < number do turns = turns * 2 end
  return turns
end

local function take_turn()
  local seen, last = state.seen[ask.process] or { now }, 0
  state.seen[ask.process] = seen
  seen[SEEN_AT] = now
  local wants = ask.wants[1] + ask.wants[2] > 0
  if not seen[TURN] or (wants and seen[TURN] >= turns_for(count(state.seen))) then
    local taken = {}
    for _, each in pairs(state.seen) do if each[TURN] then taken[each[TURN]] = true end end
    seen[TURN] = 0
    while taken[seen[TURN]] do seen[TURN] = seen[TURN] + 1 end
  end
  for _, each in pairs(state.seen) do last = math.max(last, each[TURN]) end
  local turns = turns_for(1 + last)
  local knows = math.min(ask.turns > 0 and ask.turns or turns, turns)
  local same = ask.turn == cjson.null or ask.turn == seen[TURN]
  state.turns[ask.process] = same and knows or 1
  return seen[TURN], turns
end

local function clashes()
  local turn = state.seen[ask.process][TURN]
  for other, seen in pairs(state.seen) do
    local known = state.turns[other] or 1
    if other ~= ask.process and (turn - seen[TURN]) % known == 0 then return true end
  end
  return false
end

local function process_of(id)
  return string.match(id, '^[^.]*')
end

local function report()
  local sent_ids, there = {}, {}
  for _, sent in ipairs(ask.reported) do sent_ids[sent[1]] = true end
  local function is_wrong(p)
    if process_of(p[ID]) ~= ask.process then return false end
    return p[ACCOUNT] == cjson.null or (p[OPEN] and not sent_ids[p[ID]])
  end
  state.places = filtered(state.places, function(p) return not is_wrong(p) end)
  for _, p in ipairs(state.places) do there[p[ID]] = true end
  for _, sent in ipairs(ask.reported) do
    if not there[sent[1]] then
      table.insert(state.places, { now - sent[3], now - sent[2], ask.account, sent[1], false })
    end
  end
  local lost = ask.known ~= cjson.null and ask.known ~= state.name
  for _, sent in ipairs(lost and ask.heard or {}) do
    if not there[sent[1]] and not state.reporters[process_of(sent[1])] then
      table.insert(state.places, { now - sent[3], now - sent[2], cjson.null, sent[1], false })
    end
  end
  if now >= state.next_settling then
    state.held_until = math.max(state.held_until, now + SETTLING)
    state.next_settling = now + SELDOM
  end
  if lost then
    state.expected = math.max(state.expected, ask.processes)
    state.missing_until = now + rules.five_minutes
  end
  state.reporters[ask.process] = true
  state.number = state.number + LAG
end

local function settle()
  local unused, settled = {}, {}
  for _, id in ipairs(ask.unused) do unused[id] = true end
  for _, sent in ipairs(ask.settled) do settled[sent[1]] = sent end
  state.places = filtered(state.places, function(place)
    if unused[place[ID]] then return false end
    local sent = settled[place[ID]]
    if sent and place[OPEN] then
      place[ARRIVED] = math.min(place[ARRIVED], now - sent[3])
      place[OPEN] = false
      local late = math.max(0, place[ARRIVED] - place[LEFT])
      state.typical = state.typical + (late - state.typical) / 8
    end
    return true
  end)
  local probe = state.probe
  if probe ~= cjson.null and (unused[probe[1]] or settled[probe[1]]) then
    state.probe = cjson.null
  end
end

local function learn(verdict)
  local left, refused, retry_after = now - verdict[1], verdict[2], verdict[3]
  local is_new = left >= state.cut_at and left >= state.paused_until - AT_ONCE
  if not refused then
    if is_new then
      state.refusals = 0
      state.share = math.min(1, state.share + RECOVERY)
    end
    return
  end
  if is_new then
    local pause = math.min(FIRST_PAUSE * 2 ^ state.refusals, LONGEST_PAUSE)
    state.refusals = state.refusals + 1
    if left - state.cut_at < ALONE then state.share = math.max(state.share / 2, 0.1) end
    state.cut_at = now
    state.paused_until = math.max(state.paused_until, now + pause)
  end
  if retry_after ~= cjson.null then
    local asked = math.min(retry_after, LONGEST_RETRY_AFTER)
    state.paused_until = math.max(state.paused_until, now + asked)
  end
end

local function stand_in_line()
  for priority = 0, 1 do
    local mine
    for index, each in ipairs(state.line) do
      if each[PROCESS] == ask.process and each[PRIORITY] == priority then mine = index end
    end
    if ask.wants[priority + 1] > 0 and not mine then
      state.number = state.number + 1
      table.insert(state.line, { priority, state.number, ask.process, ask.account, now })
    elseif ask.wants[priority + 1] == 0 and mine then
      table.remove(state.line, mine)
    end
  end
end

local function of_account()
  local gone = now - rules.second
  return filtered(state.places, function(p)
    return p[ACCOUNT] == ask.account and p[ARRIVED] > gone
  end)
end

local function pace()
  return math.max(1, math.floor(rules.per_second * state.share))
end

local function missing()
  if state.missing_until <= now then return 0 end
  return math.max(0, state.expected - count(state.reporters))
end

local function held_back()
  local share = math.ceil(rules.per_five_minutes * missing() / state.expected)
  local known = #filtered(state.places, function(p) return p[ACCOUNT] == cjson.null end)
  return math.min(rules.per_five_minutes - 1, math.max(0, share - known))
end

local function may_go_alone()
  if missing() > 0 or state.held_until > now then return false end
  return state.seen[ask.process][TURN] < rules.per_five_minutes and not clashes()
end

local function free_at(arrivals, limit, seconds)
  if #arrivals < limit then return now - 1000000 end
  if limit >= 1 then return arrivals[#arrivals - limit + 1] + seconds end
  return (arrivals[#arrivals] or now) + seconds
end

local function may_leave(priority, ahead, ahead_of_account, hopeful)
  local late = hopeful and rules.longest_delay - state.typical or 0
  local function arrivals(places)
    local result = {}
    for _, p in ipairs(places) do result[#result + 1] = p[ARRIVED] - (p[OPEN] and late or 0) end
    table.sort(result)
    return result
  end
  local blocked = math.max(state.paused_until, state.held_until)
  if state.probe ~= cjson.null then blocked = math.max(blocked, now + LATE) end
  local second, altogether = arrivals(of_account()), arrivals(state.places)
  local limit = rules.per_five_minutes - held_back()
  local at = free_at(altogether, limit - ahead, rules.five_minutes)
  if priority == 1 and rules.reserve > 0 then
    local soon = rules.reserve * rules.second / rules.per_second
    local least = limit - rules.reserve - ahead
    at = math.max(at, free_at(altogether, least, rules.five_minutes) - soon)
  end
  return math.max(blocked, at, free_at(second, pace() - ahead_of_account, rules.second))
end

local function in_order()
  table.sort(state.line, function(one, other)
    if one[PRIORITY] ~= other[PRIORITY] then return one[PRIORITY] < other[PRIORITY] end
    return one[NUMBER] < other[NUMBER]
  end)
end

local function serve()
  local leave, due, left = {}, { cjson.null, cjson.null }, { ask.wants[1], ask.wants[2] }
  local ahead, ahead_of_account, position = 0, 0, 1
  local before, before_of_account = 0, 0
  in_order()
  while position <= #state.line do
    local each = state.line[position]
    local priority = each[PRIORITY]
    if each[PROCESS] ~= ask.process then
      local of_account = each[OF] == ask.account and 1 or 0
      before, before_of_account = before + 1, before_of_account + of_account
      if each[BACK_AT] <= now + AT_ONCE then
        ahead = ahead + 1
        ahead_of_account = ahead_of_account + of_account
      end
      position = position + 1
    else
      local at = may_leave(priority, ahead, ahead_of_account, false)
      if at > now + AT_ONCE then
        local soon = may_leave(priority, before, before_of_account, true)
        local wait = math.min(math.max(soon - now, AT_ONCE), LONGEST_SLEEP)
        due[priority + 1] = wait
        each[BACK_AT] = now + wait
        position = position + 1
      else
        left[priority + 1] = left[priority + 1] - 1
        state.number = state.number + 1
        local name = string.format(
          '%s.%s.%d', ask.process, string.sub(state.name, -6), state.number)
        at = math.max(at, now)
        table.insert(state.places, { at + rules.longest_delay, at, ask.account, name, true })
        if state.refusals > 0 then state.probe = { name, now } end
        leave[#leave + 1] = { name, priority, at - now }
        if left[priority + 1] == 0 then
          table.remove(state.line, position)
        else
          local others = false
          for _, other in ipairs(state.line) do
            if other[PRIORITY] == priority and other ~= each then others = true end
          end
          if others then
            each[NUMBER] = state.number
            each[BACK_AT] = now
            in_order()
            ahead, ahead_of_account, position = 0, 0, 1
            before, before_of_account = 0, 0
          end
        end
      end
    end
  end
  return leave, due
end

notice_silence()
forget()
local turn, turns = take_turn()
local lost = ask.known ~= cjson.null and ask.known ~= state.name
if ask.reported ~= cjson.null then
  report()
  lost = false
end
settle()
for _, verdict in ipairs(ask.verdicts) do learn(verdict) end
local leave, due = {}, { cjson.null, cjson.null }
if not lost then
  stand_in_line()
  leave, due = serve()
end
local processes, alone = count(state.seen), may_go_alone()
if ask.leaves then
  state.seen[ask.process], state.turns[ask.process] = nil, nil
end
redis.call('SET', KEYS[1], cjson.encode(state), 'PX',
  math.ceil((rules.five_minutes + 60) * 1000))

local second, five_minutes = {}, {}
for _, p in ipairs(of_account()) do second[#second + 1] = p[ARRIVED] - now end
for _, p in ipairs(state.places) do
  five_minutes[#five_minutes + 1] = { p[ID], p[ARRIVED] - now }
end
table.sort(second)
return cjson.encode({
  state.name, lost, now, processes, turn, turns, alone, leave, due, pace(),
  math.max(0, state.paused_until - now), second, five_minutes,
})
