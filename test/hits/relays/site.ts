// A small made web site for the tests of the pivot: visitors with their habits, and an operator behind relays.

import { type PivotResult, pivot } from "../../../src/hits/relays/pivot.js"
import { createProfiler, type ProfileRecord } from "../../../src/hits/relays/profile.js"
import { below, seededRandom } from "../../../src/hits/relays/random.js"

export interface Site {
  readonly records: readonly ProfileRecord[]
  readonly seeds: readonly string[]
  readonly hidden: readonly string[]
}

const start = Date.UTC(2021, 2, 1)
const minute = 60_000

export function request(source: string, time: number, path: string, agent: string, referrer?: string): ProfileRecord {
  return {
    source,
    time,
    path: "access.log",
    line: Math.floor((time - start) / 1000) + 1,
    outcome: "success",
    action: "unknown",
    direction: "inbound",
    fields: {
      "url.path": path,
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "user_agent.original": agent,
      ...(referrer && { "http.request.referrer": referrer }),
    },
  }
}

/** 400 visitors; 8 listed relays and 6 unlisted ones that ask for the same rare pages with one browser. No two records share a time. */
export function madeSite(): Site {
  const random = seededRandom("made site")
  const records: ProfileRecord[] = []
  const seeds = Array.from({ length: 8 }, (_, at) => `198.51.${at}.7`)
  const hidden = Array.from({ length: 6 }, (_, at) => `203.0.${at + 40}.9`)
  let clock = start
  const next = () => (clock += 17_000 + below(random, 40_000))
  const targets = ["/owa/auth/logon.aspx", "/remote/login", "/docs/annex-c.pdf", "/directory/office.vcf"]
  const steps: (() => void)[] = []
  for (let visitor = 0; visitor < 400; visitor++) {
    const source = `192.${visitor % 90}.${visitor % 7}.${(visitor % 250) + 1}`
    const agent = `Browser/${below(random, 30)}`
    for (let page = 0; page < 2 + below(random, 4); page++)
      steps.push(() => records.push(request(source, next(), `/news/${below(random, 60)}.html`, agent)))
    if (visitor % 2) steps.push(() => records.push(request(source, next(), "/site.css", agent)))
  }
  for (const relay of [...seeds, ...hidden]) {
    for (let ask = 0; ask < 3; ask++) {
      const path = targets[below(random, targets.length)] as string
      steps.push(() => records.push(request(relay, next(), path, "Operator/1.0")))
    }
  }
  for (let left = steps.length; left > 0; left--) steps.splice(below(random, left), 1)[0]?.()
  return { records, seeds, hidden }
}

export function pivotOver(records: readonly ProfileRecord[], seeds: readonly string[]): PivotResult {
  const profiler = createProfiler()
  for (const record of records) profiler.add(record)
  return pivot(profiler.finish(), { seeds })
}

export { minute }
