// How one indicator's records look together: quiet and specific, a mass scan, or a long, large or periodic flow.
import type { Hit } from "../../model/hit.js"
import { isAsset } from "../client-fields.js"
import { say, type Words } from "../sentences.js"
import { number, text } from "./fields.js"
import { phrases } from "./phrases.js"
import { targetOf } from "./target.js"

export type Shape =
  | { readonly kind: "quiet"; readonly count: number }
  | { readonly kind: "scan"; readonly how: Words }
  | { readonly kind: "plain"; readonly count: number }

const quietRequestsMax = 4
const scanTargets = 10
const scanDropped = 50
const targetsKept = 64
const longFlowNanos = 3600e9
const largeFlowBytes = 10_000_000
const periodicContacts = 8
const periodicSpread = 0.2

const scanners =
  /masscan|zgrab|zmap|nmap|censys|shodan|internet-?measurement|nuclei|nikto|sqlmap|expanse|paloalto.*scan|leakix|gobuster|dirbuster|wpscan/i

/** Of the unauthenticated records that came in. */
export function inboundShape(hits: readonly Hit[]): Shape {
  const seen = { targets: new Set<string>(), dropped: 0, assets: 0, sensitive: 0, scanner: "" }
  for (const hit of hits) {
    if (seen.targets.size < targetsKept) seen.targets.add(aim(hit))
    if (hit.action === "blocked") seen.dropped++
    const path = text(hit.fields["url.path"])
    if (path && isAsset(path)) seen.assets++
    if (targetOf(hit).kind === "sensitive") seen.sensitive++
    const agent = text(hit.fields["user_agent.original"])
    if (agent && !seen.scanner && scanners.test(agent)) seen.scanner = agent
  }
  if (seen.scanner) return { kind: "scan", how: say(phrases["scanner-name"], { agent: seen.scanner.slice(0, 80) }) }
  if (seen.targets.size >= scanTargets) {
    return {
      kind: "scan",
      how: say(phrases[seen.targets.size === targetsKept ? "more-targets" : "many-targets"], { count: seen.targets.size }),
    }
  }
  if (seen.dropped >= scanDropped && seen.dropped >= hits.length * 0.9) {
    return { kind: "scan", how: say(phrases["mostly-dropped"], { dropped: seen.dropped, all: hits.length }) }
  }
  const quiet = hits.length <= quietRequestsMax && seen.assets === 0 && seen.dropped < hits.length && seen.sensitive > 0
  return quiet ? { kind: "quiet", count: hits.length } : { kind: "plain", count: hits.length }
}

/** What a single flow shows; undefined if it shows no volume or duration, "" if both are ordinary. */
export function flowShape(hit: Hit): Words | "" | undefined {
  const duration = number(hit.fields["event.duration"]) ?? spanNanos(hit)
  const bytes = Math.max(
    ...["network.bytes", "source.bytes", "destination.bytes", "http.response.body.bytes"].map((name) => number(hit.fields[name]) ?? -1),
  )
  if (duration !== undefined && duration >= longFlowNanos) return say(phrases.minutes, { minutes: Math.round(duration / 60e9) })
  if (bytes >= largeFlowBytes) return say(phrases.megabytes, { megabytes: Math.round(bytes / 1e6) })
  return duration === undefined && bytes < 0 ? undefined : ""
}

/** Contacts at even distances: their number and distance in words, or undefined. Times are epoch ms. */
export function periodicity(times: readonly number[]): Words | undefined {
  if (times.length < periodicContacts) return undefined
  const sorted = [...times].sort((a, b) => a - b)
  const gaps = sorted.slice(1).map((time, at) => time - (sorted[at] as number))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  if (mean < 1000) return undefined
  const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean
  return spread <= periodicSpread ? say(phrases.periodic, { contacts: times.length, seconds: Math.round(mean / 1000) }) : undefined
}

function aim(hit: Hit): string {
  const path = text(hit.fields["url.path"])
  const place = `${text(hit.fields["destination.ip"]) ?? ""}:${text(hit.fields["destination.port"]) ?? ""}`
  return path === undefined ? place : `${place}${path}`
}

function spanNanos(hit: Hit): number | undefined {
  if (hit.fields["event.end"] === undefined || !hit.time?.earliest || !hit.time.latest) return undefined
  return (Date.parse(hit.time.latest) - Date.parse(hit.time.earliest)) * 1e6
}
