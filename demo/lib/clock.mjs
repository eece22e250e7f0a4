// Instants to the stamps of the log formats, and the rhythm of an organisation's week. The site's clocks show Paris time.

export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** Paris against UTC, in hours. The archive spans two changes at most: 28 March and 31 October 2021, both at 01:00 UTC. */
export function parisOffset(instant) {
  return instant >= Date.UTC(2021, 2, 28, 1) && instant < Date.UTC(2021, 9, 31, 1) ? 2 : 1
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const two = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"))
const three = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"))

/** All but minutes and seconds is computed once an hour: the offsets of this archive are whole hours. */
function stamps(hoursAhead, open, close) {
  let hour = -1
  let head = ""
  let tail = ""
  return (instant) => {
    const current = Math.floor(instant / hourMs)
    if (current !== hour) {
      hour = current
      const offset = hoursAhead(instant)
      const date = new Date(instant + offset * hourMs)
      head = open(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), two[date.getUTCHours()])
      tail = close(offset)
    }
    const second = Math.floor(instant / 1000) % 3600
    return `${head}${two[Math.floor(second / 60)]}:${two[second % 60]}${tail}`
  }
}

const utc = () => 0
const none = () => ""

/** `09/Jan/2021:06:37:12 +0100` */
export const clf = stamps(
  parisOffset,
  (year, month, day, hour) => `${two[day]}/${months[month]}/${year}:${hour}:`,
  (offset) => ` +${two[offset]}00`,
)
/** `Jan  9 06:37:12`, local: RFC 3164 knows neither year nor zone. */
export const rfc3164 = stamps(parisOffset, (_year, month, day, hour) => `${months[month]} ${String(day).padStart(2, " ")} ${hour}:`, none)
/** `2021-01-09 06:37:12`, UTC, as in W3C extended logs. */
export const w3c = stamps(utc, (year, month, day, hour) => `${year}-${two[month + 1]}-${two[day]} ${hour}:`, none)
/** `2021-01-09T06:37:12Z` */
export const isoUtc = stamps(
  utc,
  (year, month, day, hour) => `${year}-${two[month + 1]}-${two[day]}T${hour}:`,
  () => "Z",
)
const isoUtcBare = stamps(utc, (year, month, day, hour) => `${year}-${two[month + 1]}-${two[day]}T${hour}:`, none)
const isoParisBare = stamps(parisOffset, (year, month, day, hour) => `${year}-${two[month + 1]}-${two[day]}T${hour}:`, none)
const bindBare = stamps(parisOffset, (year, month, day, hour) => `${two[day]}-${months[month]}-${year} ${hour}:`, none)
/** `date=2021-01-09 time=06:37:12`, local, as FortiGate writes it. */
export const fortigate = stamps(parisOffset, (year, month, day, hour) => `date=${year}-${two[month + 1]}-${two[day]} time=${hour}:`, none)

/** `2021-01-09T06:37:12.345Z` */
export const isoUtcMs = (instant) => `${isoUtcBare(instant)}.${three[Math.floor(instant) % 1000]}Z`
/** `2021-01-09T07:37:12.345000+0100`, as Suricata writes it. */
export const isoParisMicro = (instant) => `${isoParisBare(instant)}.${three[Math.floor(instant) % 1000]}000+${two[parisOffset(instant)]}00`
/** `09-Jan-2021 07:37:12.345`, local, as BIND writes it. */
export const bind = (instant) => `${bindBare(instant)}.${three[Math.floor(instant) % 1000]}`
/** `1610170632.345` */
export const epoch = (instant) => `${Math.floor(instant / 1000)}.${three[Math.floor(instant) % 1000]}`

/** Weights of the hours of a local day. */
const officeDay = [1, 1, 1, 1, 1, 2, 8, 30, 80, 100, 100, 95, 50, 70, 100, 100, 95, 75, 35, 12, 6, 4, 3, 2]
const homeDay = [14, 8, 5, 4, 4, 6, 14, 30, 55, 70, 75, 75, 70, 75, 80, 80, 75, 70, 70, 75, 85, 80, 55, 30]

/** The rhythms: how busy the hour that begins at an instant is. */
export const rhythms = {
  office: (instant) => weekly(instant, officeDay, 0.06),
  visitors: (instant) => weekly(instant, homeDay, 0.55),
  constant: () => 1,
}

function weekly(instant, day, weekend) {
  const local = new Date(instant + parisOffset(instant) * hourMs)
  const weekday = local.getUTCDay()
  return day[local.getUTCHours()] * (weekday === 0 || weekday === 6 ? weekend : 1)
}

/** Calls `visit` with `count` rising instants in [from, to), spread by a rhythm; hours inside a silence get none. */
export function spread({ from, to, count, rhythm, silences = [], random }, visit) {
  const hours = []
  let total = 0
  for (let hour = from; hour < to; hour += hourMs) {
    const silent = silences.some((silence) => hour >= silence.from && hour < silence.to)
    total += silent ? 0 : rhythm(hour)
    hours.push(total)
  }
  let done = 0
  for (const [at, sum] of hours.entries()) {
    const due = Math.round((sum / total) * count) - done
    const start = from + at * hourMs
    const length = Math.min(hourMs, to - start)
    for (let number = 0; number < due; number++) visit(start + ((number + random.fraction()) * length) / due)
    done += due
  }
}
