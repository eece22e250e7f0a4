// From indicators to the files of one target: markings first, then what the target can say, then a header; nothing is dropped without its reason.
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { type Pap, papLevels, strictest, type Tlp, tlpLevels } from "../../model/tlp.js"
import type { ExportHeader, RuleAction, RuleExporter, RuleFile } from "./exporter.js"
import { orderOf } from "./in-order.js"

export interface ComposeRequest {
  readonly exporter: RuleExporter
  /** With their indicators; those that state no marking have that of their bulletin. */
  readonly bulletins: readonly Bulletin[]
  /** Indicators without a bulletin, such as those of the command line. */
  readonly others: readonly Indicator[]
  readonly action: RuleAction
  /** A person allows actions that others can notice, whatever the bulletin's PAP says or leaves unsaid. */
  readonly allowActive: boolean
}

export interface Composed {
  readonly files: readonly RuleFile[]
  readonly header: ExportHeader
  /** One for each indicator that is not exported, with its reason. */
  readonly problems: readonly Problem[]
}

/** Throws nothing on indicators; a refusal of the whole export is in `refused`. */
export function composeRules(request: ComposeRequest): Composed | { readonly refused: string } {
  const pap = request.bulletins.reduce<Pap | undefined>((least, bulletin) => stricterPap(least, bulletin.pap ?? undefined), undefined)
  const refused = refusal(request, pap)
  if (refused !== undefined) return { refused }
  const { kept, problems, tlps, expires } = partition(request)
  const header = {
    ...headerOf(request),
    tlp: strictestOf(request, tlps),
    tlps: [...tlps].filter((tlp) => tlp !== undefined).sort(),
    pap,
    indicators: kept.length,
    leftOut: problems.length,
    expires,
  }
  return { files: request.exporter.render({ indicators: kept, header, action: request.action }), header, problems }
}

/** Acting on traffic can be noticed: it needs PAP:GREEN or CLEAR from the publisher, or a person's word (MISP taxonomy PAP). */
function refusal({ exporter, action, allowActive, bulletins }: ComposeRequest, pap: Pap | undefined): string | undefined {
  if (action !== "block" || allowActive) return undefined
  const stated = bulletins.length > 0 && bulletins.every((bulletin) => bulletin.pap === "green" || bulletin.pap === "clear")
  if (stated) return undefined
  const marking = pap === undefined ? "no PAP marking, which is taken as PAP:RED" : `PAP:${pap.toUpperCase()}`
  return `${exporter.name} acts on traffic, which the attacker may notice, and the bulletin has ${marking}: give --allow-active if you may`
}

interface Partition {
  readonly kept: readonly Indicator[]
  readonly problems: readonly Problem[]
  /** Of those kept. */
  readonly tlps: ReadonlySet<Tlp | undefined>
  /** The latest end, where every indicator kept states one. */
  readonly expires: string | undefined
}

/**
 * By type and value, each once: the same set gives the same bytes, whatever its order. What is in order lies anywhere in memory, so that what can
 * be asked of the indicators in the order in which they came is asked so.
 */
function partition({ exporter, bulletins, others }: ComposeRequest): Partition {
  const all = joined([...bulletins.map(marked), others])
  const reasonAgainst = reasonsOf(exporter)
  const { indicatorsMax = Number.POSITIVE_INFINITY, insteadOfMore } = exporter
  const tooMany = `more than ${indicatorsMax} in one export${insteadOfMore ? `: use --to ${insteadOfMore}` : ""}`
  const reasons = all.map(reasonAgainst)
  const kept: Indicator[] = []
  const isKept = new Uint8Array(all.length)
  const problems: Problem[] = []
  const messageOf = messages()
  for (const at of placesOnce(all)) {
    const reason = reasons[at] ?? (kept.length >= indicatorsMax ? tooMany : undefined)
    const indicator = all[at] as Indicator
    if (reason === undefined) {
      kept.push(indicator)
      isKept[at] = 1
    } else {
      const { provenance, value, type } = indicator
      problems.push({ code: "inexpressible", where: provenance, value, message: messageOf(type, reason) })
    }
  }
  return { kept, problems, ...heldOf(all, isKept) }
}

function heldOf(all: readonly Indicator[], isKept: Uint8Array): Pick<Partition, "tlps" | "expires"> {
  const tlps = new Set<Tlp | undefined>()
  let [expires, endless]: [string | undefined, boolean] = [undefined, false]
  for (let at = 0; at < all.length; at++) {
    if (isKept[at] === 0) continue
    const { tlp, validUntil } = all[at] as Indicator
    tlps.add(tlp)
    if (validUntil === undefined) endless = true
    else if (expires === undefined || validUntil > expires) expires = validUntil
  }
  return { tlps, expires: endless ? undefined : expires }
}

/** The same text once, for it may be said of a million. */
function messages(): (type: string, reason: string) => string {
  const known = new Map<string, Map<string, string>>()
  return (type, reason) => {
    const ofType = known.get(type) ?? new Map<string, string>()
    if (ofType.size === 0) known.set(type, ofType)
    const message = ofType.get(reason) ?? `${type}: ${reason}`
    if (ofType.size < messagesMax) ofType.set(reason, message)
    return message
  }
}

const messagesMax = 100

/** A single list of a million is not copied. */
function joined(lists: readonly (readonly Indicator[])[]): readonly Indicator[] {
  const filled = lists.filter(({ length }) => length > 0)
  return filled.length === 1 ? (filled[0] as readonly Indicator[]) : filled.flat()
}

function marked({ indicators, tlp }: Bulletin): readonly Indicator[] {
  return tlp === null ? indicators : indicators.map((one) => (one.tlp === undefined ? { ...one, tlp } : one))
}

function reasonsOf(exporter: RuleExporter): (indicator: Indicator) => string | undefined {
  const { capabilities, inexpressible } = exporter
  const noForm = `${exporter.name} has no form for this type`
  return (indicator) => {
    if (indicator.tlp === "red") return "TLP:RED never leaves"
    if (indicator.marks.includes("withdrawn")) return "withdrawn by its publisher"
    if (!capabilities[indicator.type]) return noForm
    return inexpressible?.(indicator)
  }
}

/**
 * Of equal values one that is not withdrawn is taken, and of those the most freely marked: one publisher's RED does not hide what another
 * published.
 */
function placesOnce(all: readonly Indicator[]): Uint32Array {
  const { places, repeats } = orderOf(all)
  let count = 0
  for (let place = 0; place < places.length; place++) {
    const at = places[place] as number
    // Written over the places that were read already.
    if (repeats[place] === 0) places[count++] = at
    else if (rank(all[at] as Indicator) < rank(all[places[count - 1] as number] as Indicator)) places[count - 1] = at
  }
  return places.subarray(0, count)
}

function rank({ marks, tlp }: Indicator): number {
  return (marks.includes("withdrawn") ? 10 : 0) + (tlp === undefined ? 2 : tlpLevels.indexOf(tlp))
}

function headerOf({ bulletins }: ComposeRequest): Pick<ExportHeader, "bulletins" | "date"> {
  const titles = bulletins.map(({ title }) => title).filter((title) => title !== null)
  const dates = bulletins.map(({ published }) => published).filter((date) => date !== null)
  return { bulletins: [...new Set(titles)].sort(), date: dates.sort().at(-1) ?? null }
}

function strictestOf({ bulletins }: ComposeRequest, kept: ReadonlySet<Tlp | undefined>): Tlp | undefined {
  // A RED bulletin's own values are not among those kept.
  const stated = bulletins.map(({ tlp }) => tlp ?? undefined).filter((tlp) => tlp !== "red")
  return [...stated, ...kept].reduce(strictest, undefined)
}

function stricterPap(a: Pap | undefined, b: Pap | undefined): Pap | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return papLevels[Math.max(papLevels.indexOf(a), papLevels.indexOf(b))]
}
