// Which log lies in which file: names, rotation, containers, and how much of each. December 2020 to August 2021.
import { dayMs, hourMs, parisOffset } from "./lib/clock.mjs"

export const archiveStart = Date.UTC(2020, 11, 1)
export const archiveEnd = Date.UTC(2021, 8, 1)
/** The network sensor stood still: the coverage should say so. */
export const sensorOutage = { from: Date.UTC(2021, 4, 12), to: Date.UTC(2021, 4, 15) }

/** Share of the raw text, in percent, and bytes of a mean line, measured. */
const volume = {
  www: [27, 199],
  extranet: [6, 228],
  exchange: [14, 270],
  fortigate: [18, 433],
  vpn: [0.6, 424],
  netfilter: [5, 211],
  conn: [9, 158],
  http: [4, 254],
  eve: [6, 362],
  dns: [3.5, 129],
  mail: [2, 100],
  ssh: [0.6, 88],
  proxy: [2, 152],
  cloud: [0.8, 452],
  windows: [1.2, 598],
  application: [0.3, 163],
}

/**
 * Files of the archive: `{path, container, modified, parts: [{log, name?, from, to, lines, silences}]}`.
 * A container of several members has several parts; the others have one.
 */
export function layout(megabytes) {
  return Object.entries(arrangements).flatMap(([log, arrange]) => arrange(partsOf(log, megabytes)))
}

/** The same text for measuring: plain files, one for each log and month. */
export function plainLayout(megabytes) {
  return Object.keys(arrangements).flatMap((log) => {
    const part = partsOf(log, megabytes)
    return months(false).map(({ from, to, month }) => one(`${log}/${log}-${month}.log`, "plain", part(from, to)))
  })
}

function partsOf(log, megabytes) {
  const [share, lineBytes] = volume[log]
  const total = (megabytes * 1e6 * share) / 100 / lineBytes
  const span = archiveEnd - archiveStart
  return (from, to, name) => ({
    log,
    name,
    from,
    to,
    lines: Math.max(20, Math.round((total * (to - from)) / span)),
    silences: log === "eve" ? [sensorOutage] : [],
  })
}

const pad = (number) => String(number).padStart(2, "0")

/** The nine months, oldest first, cut at midnight of the given clock. */
function months(local) {
  const start = (at) => {
    const instant = Date.UTC(2020, 11 + at, 1)
    return local ? instant - parisOffset(instant) * hourMs : instant
  }
  return Array.from({ length: 9 }, (_, at) => {
    const first = new Date(Date.UTC(2020, 11 + at, 1))
    const next = new Date(Date.UTC(2020, 12 + at, 1))
    const name = (date) => `${date.getUTCFullYear()}${pad(date.getUTCMonth() + 1)}`
    return { from: start(at), to: start(at + 1), month: name(first), rotated: `${name(next)}01`, age: 8 - at }
  })
}

const one = (path, container, part) => ({ path, container, modified: part.to, parts: [part] })
const monthly = (local, path, container) => (part) =>
  months(local).map((month) => {
    const kind = typeof container === "function" ? container(month) : container
    return one(path(month, kind), kind, part(month.from, month.to))
  })
const newestPlain = (month) => (month.age === 0 ? "plain" : "gz")
const ending = { plain: "", gz: ".gz", zst: ".zst" }
/** `kern.log`, `kern.log.1`, `kern.log.2.gz` … as logrotate leaves them. */
const numbered = (path, plainUntil) => [
  true,
  (month, kind) => `${path}${month.age === 0 ? "" : `.${month.age}`}${ending[kind]}`,
  (month) => (month.age <= plainUntil ? "plain" : "gz"),
]

const arrangements = {
  www: monthly(true, ({ month }, kind) => `web/www.chantier-naval.example/access.log-${month}${ending[kind]}`, newestPlain),
  extranet: monthly(true, ({ month }, kind) => `web/extranet/access_xff.log-${month}${ending[kind]}`, newestPlain),
  exchange: monthly(false, ({ month }) => `exchange/W3SVC1/u_ex${month.slice(2)}.log.gz`, "gz"),
  fortigate: monthly(true, ({ month }) => `firewall/fortigate/traffic-${month}.log.gz`, "gz"),
  vpn: monthly(true, ({ month }, kind) => `firewall/fortigate/vpn-${month}.log${ending[kind]}`, newestPlain),
  netfilter: monthly(...numbered("firewall/ancien/kern.log", 1)),
  conn: daily("conn"),
  http: daily("http"),
  eve: monthly(
    true,
    ({ month }, kind) => `suricata/eve-${month}.json${ending[kind]}`,
    ({ age }) => (age === 4 || age === 3 ? "zst" : "gz"),
  ),
  dns: monthly(...numbered("dns/named/query.log", 0)),
  mail: monthly(true, ({ rotated }) => `mail/mx1/mail.log-${rotated}.gz`, "gz"),
  ssh: monthly(true, ({ rotated }) => `bastion/secure-${rotated}.gz`, "gz"),
  proxy: monthly(false, ({ month }) => `proxy/access.log-${month}.gz`, "gz"),
  cloud: quarters(
    "tar.gz",
    (number) => `cloud/cloudtrail-lot${number}.tar.gz`,
    (month) => `cloudtrail/${month}.jsonl`,
  ),
  windows: quarters(
    "zip",
    (number) => `windows/securite-lot${number}.zip`,
    (month) => `securite-${month}.ndjson`,
  ),
  application: monthly(false, ({ month }) => `web/extranet/app-${month}.ndjson.gz`, "gz"),
}

/** Zeek makes a folder a day; none for the days of the outage. */
function daily(log) {
  return (part) => {
    const files = []
    for (let from = archiveStart; from < archiveEnd; from += dayMs) {
      if (from >= sensorOutage.from && from < sensorOutage.to) continue
      files.push(one(`zeek/${new Date(from).toISOString().slice(0, 10)}/${log}.log.gz`, "gz", part(from, from + dayMs)))
    }
    return files
  }
}

function quarters(container, path, member) {
  return (part) =>
    [0, 1, 2].map((number) => {
      const parts = months(false)
        .slice(number * 3, number * 3 + 3)
        .map(({ from, to, month }) => part(from, to, member(month)))
      return { path: path(number + 1), container, modified: parts[2].to, parts }
    })
}
