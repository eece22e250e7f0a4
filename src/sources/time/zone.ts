// Offsets from UTC: abbreviations as they stand in logs, numeric zones, and IANA zones with their clock changes.

/** Minutes east of UTC by abbreviation; several where it has several meanings (semantics 7.5). */
const abbreviations: Readonly<Record<string, readonly number[]>> = {
  UTC: [0],
  GMT: [0],
  UT: [0],
  Z: [0],
  WET: [0],
  WEST: [60],
  CET: [60],
  CEST: [120],
  MET: [60],
  MEST: [120],
  HNEC: [60],
  HAEC: [120],
  EET: [120],
  EEST: [180],
  MSK: [180],
  MSD: [240],
  TRT: [180],
  SAST: [120],
  CAT: [120],
  EAT: [180],
  WAT: [60],
  WAST: [120],
  EST: [-300],
  EDT: [-240],
  CDT: [-300],
  MST: [-420],
  MDT: [-360],
  PST: [-480],
  PDT: [-420],
  AKST: [-540],
  AKDT: [-480],
  HST: [-600],
  NST: [-210],
  NDT: [-150],
  ADT: [-180],
  BRT: [-180],
  BRST: [-120],
  ART: [-180],
  CLT: [-240],
  CLST: [-180],
  PET: [-300],
  COT: [-300],
  JST: [540],
  KST: [540],
  HKT: [480],
  SGT: [480],
  PHT: [480],
  MYT: [480],
  AWST: [480],
  WIB: [420],
  ICT: [420],
  PKT: [300],
  NPT: [345],
  GST: [240],
  IRST: [210],
  AEST: [600],
  AEDT: [660],
  ACST: [570],
  ACDT: [630],
  NZST: [720],
  NZDT: [780],
  CST: [-360, -300, 480],
  IST: [60, 120, 330],
  BST: [60, 360],
  AST: [-240, 180],
}

/** Minutes east of UTC that a zone written in a record may mean; undefined if it is no zone. */
export function zoneOffsets(text: string): readonly number[] | undefined {
  const numeric = numericOffset(text)
  if (numeric !== undefined) return [numeric]
  return Object.hasOwn(abbreviations, text) ? abbreviations[text] : undefined
}

/** `±hh:mm`, `±hhmm` or `±hh` in minutes. */
export function numericOffset(text: string): number | undefined {
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text)
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (Number(match[3] ?? 0) > 59 || minutes > 14 * 60) return undefined
  return match[1] === "-" ? -minutes : minutes
}

/** The zone as `--tz` takes it (IANA name or `±hh:mm`), spelt canonically; undefined if there is no such zone. */
export function parseZone(text: string): string | undefined {
  const bare = text.trim()
  if (/^(?:Z|UTC|GMT)$/i.test(bare)) return "UTC"
  if (/^[+-]/.test(bare)) {
    const minutes = numericOffset(bare)
    return minutes === undefined ? undefined : spellOffset(minutes)
  }
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(bare)) return undefined
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: bare }).resolvedOptions().timeZone
  } catch {
    return undefined // a RangeError is how Intl says that there is no such zone
  }
}

/** What a local time may mean in a zone: the offsets in minutes, and whether the clock change made it double or skipped it. */
export interface LocalMeaning {
  readonly offsets: readonly number[]
  readonly change?: "dst-ambiguous" | "dst-gap"
}

/** `localMs` is the local clock read as if it were UTC. The zone must have passed `parseZone`. */
export function meaningOf(localMs: number, zone: string): LocalMeaning {
  const fixed = numericOffset(zone)
  if (fixed !== undefined) return { offsets: [fixed] }
  const before = offsetAt(localMs - dayMs, zone)
  const after = offsetAt(localMs + dayMs, zone)
  if (before === after) return { offsets: [before] }
  const valid = [before, after].filter((offset) => offsetAt(localMs - offset * 60_000, zone) === offset)
  if (valid.length === 1) return { offsets: valid }
  return { offsets: [before, after], change: valid.length === 2 ? "dst-ambiguous" : "dst-gap" }
}

const dayMs = 86_400_000
const formatters = new Map<string, Intl.DateTimeFormat>()

function offsetAt(utcMs: number, zone: string): number {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    })
    formatters.set(zone, formatter)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of formatter.formatToParts(utcMs)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000) / 60_000)
}

function spellOffset(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? "-" : "+"}${String(Math.floor(size / 60)).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`
}
