// From combined log lines to the records that the profiler takes: the detector sees lines, and nothing of the scenario.

const line =
  /^(\S+) \S+ (\S+) \[(\d+)\/(\w+)\/(\d+):(\d+):(\d+):(\d+) ([+-]\d\d)(\d\d)\] "(\S+) (\S+)[^"]*" (\d+) (\S+) "([^"]*)" "([^"]*)"/
const months = { Jan: 0, Feb: 1, Mar: 2, Apr: 3, May: 4, Jun: 5, Jul: 6, Aug: 7, Sep: 8, Oct: 9, Nov: 10, Dec: 11 }

export function recordOf(text, number) {
  const match = line.exec(text)
  if (!match) return undefined
  const [, source, , day, month, year, hour, minute, second, zone, zoneMinutes, method, target, status, , referrer, agent] = match
  const time = Date.UTC(+year, months[month], +day, +hour, +minute, +second) - (+zone * 60 + Math.sign(+zone || 1) * +zoneMinutes) * 60_000
  const at = target.indexOf("?")
  return {
    source,
    time,
    fields: {
      "source.ip": source,
      "url.path": at < 0 ? target : target.slice(0, at),
      ...(at >= 0 && { "url.query": target.slice(at + 1) }),
      "http.request.method": method,
      "http.response.status_code": Number(status),
      ...(referrer !== "-" && { "http.request.referrer": referrer }),
      ...(agent !== "-" && { "user_agent.original": agent }),
    },
    path: "access.log",
    line: number,
    outcome: Number(status) < 400 ? "success" : "failure",
    action: "unknown",
    direction: "inbound",
  }
}
