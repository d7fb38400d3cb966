/**
 * Takes one request from each key's budget (GCRA), in the order of the keys, by the server's clock: those of the replicas do not matter.
 * A key holds the time at which its budget is whole again, in microseconds (whole ones: sums stay exact), and expires then.
 * ARGV has a key's burst and its interval. The reply has a whole number for each key: what its budget owes, in microseconds; below zero when
 * the request is refused, which never owes nothing.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local owed = {}
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[2 * i])
  local most = ARGV[2 * i - 1] * interval
  local kept = tonumber(redis.call('GET', key) or 0) or 0
  -- A clock that was set back, or a budget that was larger once, must not shut anybody out for long.
  local before = math.min(math.max(kept, now), now + most)
  local after = before + interval
  if after - now <= most then
    redis.call('SET', key, string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
    owed[i] = after - now
  else
    owed[i] = now - before
  end
end
return owed
`
