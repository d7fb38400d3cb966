/** How long the copy of a poll's results outlives its last change: longer than a poll is looked at, and what is gone is unknown, never zero. */
export const RESULTS_KEPT_S = 7 * 24 * 3_600

/**
 * Keeps the newest state of each poll: KEYS are their names, ARGV is the TTL in seconds and then, for each, its version, its time and the
 * encoded state. What is older than the stored one is ignored: several writers publish without an order. What is stored and no such state is
 * overwritten. An equal one is published again: a writer repeats itself only when it cannot know whether the first time arrived.
 * Replies with the indices, from 1, of what was written where nothing was, or lay there already to the letter because its first reply was lost:
 * nothing newer stood in the way of those.
 */
export const PUBLISH_NEWEST = `
local statuses = { open = true, closing = true, closed = true }
local function safe(digits)
  local number = tonumber(digits)
  return number <= 9007199254740991 and number
end
local function read(stored, state)
  if type(stored) ~= 'string' then return nil end
  local head, version, status, asOf, counts =
    string.match(stored, '^(%[%d+,)(%d+),"(%l+)",(%d+),%[([%d,]*)%]%]$')
  if not head or head ~= string.sub(state, 1, #head) or not statuses[status] then return nil end
  if counts ~= '' and string.find(',' .. counts .. ',', ',,', 1, true) then return nil end
  return safe(version), safe(asOf)
end
local unopposed = {}
for i, key in ipairs(KEYS) do
  local state = ARGV[i * 3 + 1]
  local storedVersion, storedAsOf = read(redis.pcall('GET', key), state)
  local ahead = storedVersion and storedAsOf and tonumber(ARGV[i * 3 - 1]) - storedVersion
  if not ahead or (ahead == 0 and tonumber(ARGV[i * 3]) == storedAsOf) then table.insert(unopposed, i) end
  if not ahead or ahead > 0 or (ahead == 0 and tonumber(ARGV[i * 3]) >= storedAsOf) then
    redis.call('SET', key, state, 'EX', ARGV[1])
    redis.call('PUBLISH', key, '[' .. state .. ']')
  end
end
return unopposed`

/**
 * Publishes a replica's number of open streams and keeps it for those who come later: KEYS[1] is the hash and the channel, ARGV are the
 * replica, the count, the message, and for how many milliseconds it counts. Replicas that fell silent are forgotten on the way.
 */
export const PUBLISH_CONNECTIONS = `
local key, replica, count, message, keptMs = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local heardAtMs = tonumber(string.match(all[i + 1], '^%d+@(%d+)$'))
  if not heardAtMs or heardAtMs <= nowMs - keptMs then redis.call('HDEL', key, all[i]) end
end
redis.call('HSET', key, replica, count .. '@' .. string.format('%.0f', nowMs))
redis.call('PEXPIRE', key, keptMs)
redis.call('PUBLISH', key, message)
return redis.status_reply('OK')`
