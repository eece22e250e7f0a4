// From indicators to the files of one target: markings first, then what the target can say, then a header; nothing is dropped without its reason.
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { type Pap, papLevels, strictest, type Tlp, tlpLevels } from "../../model/tlp.js"
import type { ExportHeader, RuleAction, RuleExporter, RuleFile } from "./exporter.js"

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
  const { kept, problems } = partition(request)
  const header = headerOf(request, kept, problems.length, pap)
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

function partition({ exporter, bulletins, others }: ComposeRequest): {
  readonly kept: readonly Indicator[]
  readonly problems: readonly Problem[]
} {
  const kept: Indicator[] = []
  const problems: Problem[] = []
  for (const indicator of sortedOnce([...bulletins.flatMap(marked), ...others])) {
    const reason = reasonAgainst(exporter, indicator, kept.length)
    if (reason === undefined) kept.push(indicator)
    else
      problems.push({ code: "inexpressible", where: indicator.provenance, value: indicator.value, message: `${indicator.type}: ${reason}` })
  }
  return { kept, problems }
}

function marked({ indicators, tlp }: Bulletin): readonly Indicator[] {
  return tlp === null ? indicators : indicators.map((one) => (one.tlp === undefined ? { ...one, tlp } : one))
}

function reasonAgainst(exporter: RuleExporter, indicator: Indicator, kept: number): string | undefined {
  if (indicator.tlp === "red") return "TLP:RED never leaves"
  if (indicator.marks.includes("withdrawn")) return "withdrawn by its publisher"
  if (!exporter.capabilities[indicator.type]) return `${exporter.name} has no form for this type`
  const reason = exporter.inexpressible?.(indicator)
  if (reason !== undefined) return reason
  if (exporter.indicatorsMax !== undefined && kept >= exporter.indicatorsMax)
    return `more than ${exporter.indicatorsMax} in one export${exporter.insteadOfMore ? `: use --to ${exporter.insteadOfMore}` : ""}`
  return undefined
}

/**
 * By type and value, each once: the same set gives the same bytes, whatever its order. Of equal values one that is not withdrawn is taken, and
 * of those the most freely marked: one publisher's RED does not hide what another published.
 */
function sortedOnce(indicators: readonly Indicator[]): readonly Indicator[] {
  const byType = new Map<string, Map<string, Indicator>>()
  for (const one of indicators) {
    const values = byType.get(one.type) ?? new Map<string, Indicator>()
    byType.set(one.type, values)
    const known = values.get(one.value)
    if (!known || rank(one) < rank(known)) values.set(one.value, one)
  }
  // Sorting bare texts is several times faster than comparing a million objects.
  return [...byType.keys()].sort().flatMap((type) => {
    const values = byType.get(type) as Map<string, Indicator>
    return [...values.keys()].sort().map((value) => values.get(value) as Indicator)
  })
}

function rank({ marks, tlp }: Indicator): number {
  return (marks.includes("withdrawn") ? 10 : 0) + (tlp === undefined ? 2 : tlpLevels.indexOf(tlp))
}

function headerOf(request: ComposeRequest, kept: readonly Indicator[], leftOut: number, pap: Pap | undefined): ExportHeader {
  const titles = request.bulletins.map(({ title }) => title).filter((title) => title !== null)
  const dates = request.bulletins.map(({ published }) => published).filter((date) => date !== null)
  const ends = kept.map(({ validUntil }) => validUntil)
  return {
    bulletins: [...new Set(titles)].sort(),
    date: dates.sort().at(-1) ?? null,
    tlp: strictestOf(request, kept),
    pap,
    indicators: kept.length,
    leftOut,
    expires: ends.length > 0 && ends.every((end) => end !== undefined) ? latest(ends as readonly string[]) : undefined,
  }
}

function strictestOf({ bulletins }: ComposeRequest, kept: readonly Indicator[]): Tlp | undefined {
  // A RED bulletin's own values are not among those kept.
  const stated = bulletins.map(({ tlp }) => tlp ?? undefined).filter((tlp) => tlp !== "red")
  return [...stated, ...kept.map(({ tlp }) => tlp)].reduce(strictest, undefined)
}

function stricterPap(a: Pap | undefined, b: Pap | undefined): Pap | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return papLevels[Math.max(papLevels.indexOf(a), papLevels.indexOf(b))]
}

function latest(instants: readonly string[]): string {
  let most = instants[0] as string
  for (const one of instants) if (one > most) most = one
  return most
}
