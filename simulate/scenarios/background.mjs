// The background: a real web log where one is at hand, else a made one of the same shape. Lines in combined form.
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { chance } from "./chance.mjs"

const real = fileURLToPath(new URL("../../../shared/data/logs/elastic-examples/apache_logs", import.meta.url))

export function background() {
  if (existsSync(real))
    return { name: "elastic/examples apache_logs (10,000 real lines)", lines: readFileSync(real, "utf8").split("\n").filter(Boolean) }
  return { name: "made web log (10,000 lines)", lines: madeLog() }
}

const line = /^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d+) (\S+) "([^"]*)" "([^"]*)"/

/** What a scenario may know about the background: visitors, pages with their visitors, agents with theirs, days. */
export function survey(lines) {
  const pages = new Map()
  const agents = new Map()
  const visitors = new Map()
  for (const text of lines) {
    const match = line.exec(text)
    if (!match) continue
    const [, address, , , target, , , , agent] = match
    visitors.set(address, (visitors.get(address) ?? 0) + 1)
    const path = target.split("?")[0]
    if (!/\.(css|js|png|jpe?g|gif|ico|svg)$/i.test(path)) add(pages, path, address)
    add(agents, agent, address)
  }
  return { pages, agents, visitors, firstDay: Date.UTC(2015, 4, 17, 10), days: 3.4 }
}

function add(map, key, address) {
  const known = map.get(key)
  if (known) known.add(address)
  else map.set(key, new Set([address]))
}

/** Visitors with heavy-tailed appetites, pages with heavy-tailed popularity, browsers that load what a page holds. */
function madeLog() {
  const random = chance("made background")
  const agents = Array.from({ length: 300 }, (_, at) => `Mozilla/5.0 (System ${at % 17}; rv:${20 + (at % 23)}.0) Browser/${at}`)
  const pages = Array.from({ length: 1200 }, (_, at) => `/articles/${at % 7}/page-${at}`)
  const start = Date.UTC(2015, 4, 17, 10)
  const lines = []
  while (lines.length < 10_000) {
    const address = Array.from({ length: 4 }, () => random.whole(1, 254)).join(".")
    const agent = agents[Math.floor(300 * random.next() ** 3)]
    const robot = random.next() < 0.15
    let time = start + random.next() * 3.4 * 86_400_000
    const views = 1 + Math.floor(random.next() ** -0.7)
    for (let view = 0; view < Math.min(views, 200); view++) {
      const page = pages[Math.floor(1200 * random.next() ** 4)]
      lines.push({ time, text: combined(address, time, "GET", page, 200, "-", agent) })
      for (let asset = 0; !robot && asset < 4; asset++)
        lines.push({
          time: time + 500,
          text: combined(address, time + 500, "GET", `/static/${asset}.css`, 200, `http://site.example${page}`, agent),
        })
      time += random.whole(5, 900) * 1000
    }
  }
  return lines.sort((a, b) => a.time - b.time).map((one) => one.text)
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

export function combined(address, time, method, path, status, referrer, agent) {
  const at = new Date(time)
  const two = (value) => String(value).padStart(2, "0")
  const stamp = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
  return `${address} - - [${stamp}] "${method} ${path} HTTP/1.1" ${status} ${status === 200 ? 5120 : 300} "${referrer}" "${agent}"`
}
