// From indicators to the files of one target: markings first, then what the target can say, then a header; nothing is dropped without its reason.
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { type Pap, papLevels, strictest, type Tlp, tlpLevels } from "../../model/tlp.js"
import type { ExportHeader, RuleAction, RuleExporter, RuleFile } from "./exporter.js"
import { inOrder } from "./in-order.js"

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

/** In one pass, for what is in order lies anywhere in memory. */
function partition({ exporter, bulletins, others }: ComposeRequest): Partition {
  const kept: Indicator[] = []
  const problems: Problem[] = []
  const tlps = new Set<Tlp | undefined>()
  let [expires, endless]: [string | undefined, boolean] = [undefined, false]
  const reasonAgainst = reasonsOf(exporter)
  const messageOf = messages()
  for (const indicator of sortedOnce(joined([...bulletins.map(marked), others]))) {
    const reason = reasonAgainst(indicator, kept.length)
    if (reason === undefined) {
      const { tlp, validUntil } = indicator
      kept.push(indicator)
      tlps.add(tlp)
      if (validUntil === undefined) endless = true
      else if (expires === undefined || validUntil > expires) expires = validUntil
    } else {
      const { provenance, value, type } = indicator
      problems.push({ code: "inexpressible", where: provenance, value, message: messageOf(type, reason) })
    }
  }
  return { kept, problems, tlps, expires: endless ? undefined : expires }
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

function reasonsOf(exporter: RuleExporter): (indicator: Indicator, kept: number) => string | undefined {
  const { capabilities, inexpressible, indicatorsMax = Number.POSITIVE_INFINITY, insteadOfMore } = exporter
  const noForm = `${exporter.name} has no form for this type`
  const tooMany = `more than ${indicatorsMax} in one export${insteadOfMore ? `: use --to ${insteadOfMore}` : ""}`
  return (indicator, kept) => {
    if (indicator.tlp === "red") return "TLP:RED never leaves"
    if (indicator.marks.includes("withdrawn")) return "withdrawn by its publisher"
    if (!capabilities[indicator.type]) return noForm
    return inexpressible?.(indicator) ?? (kept >= indicatorsMax ? tooMany : undefined)
  }
}

/**
 * By type and value, each once: the same set gives the same bytes, whatever its order. Of equal values one that is not withdrawn is taken, and
 * of those the most freely marked: one publisher's RED does not hide what another published.
 */
function sortedOnce(indicators: readonly Indicator[]): readonly Indicator[] {
  const once: Indicator[] = []
  let last: Indicator | undefined
  for (const one of inOrder(indicators)) {
    if (last === undefined || last.value !== one.value || last.type !== one.type) once.push(one)
    else if (rank(one) < rank(last)) once[once.length - 1] = one
    else continue
    last = one
  }
  return once
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
