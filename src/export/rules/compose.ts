// From indicators to the files of one target: markings first, then what the target can say, then a header; nothing is dropped without its reason.
import type { Bulletin } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { type Pap, papLevels, strictest, type Tlp } from "../../model/tlp.js"
import type { ExportHeader, RuleAction, RuleExporter, RuleFile } from "./exporter.js"

export interface ComposeRequest {
  readonly exporter: RuleExporter
  readonly indicators: readonly Indicator[]
  readonly bulletins: readonly Pick<Bulletin, "title" | "published" | "tlp" | "pap">[]
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

function partition({ exporter, indicators }: ComposeRequest): {
  readonly kept: readonly Indicator[]
  readonly problems: readonly Problem[]
} {
  const kept: Indicator[] = []
  const problems: Problem[] = []
  for (const indicator of sortedOnce(indicators)) {
    const reason = reasonAgainst(exporter, indicator, kept.length)
    if (reason === undefined) kept.push(indicator)
    else
      problems.push({ code: "inexpressible", where: indicator.provenance, value: indicator.value, message: `${indicator.type}: ${reason}` })
  }
  return { kept, problems }
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

/** By type and value, each once: the same set gives the same bytes, whatever its order. */
function sortedOnce(indicators: readonly Indicator[]): readonly Indicator[] {
  const sorted = [...indicators].sort((a, b) => compare(a.type, b.type) || compare(a.value, b.value))
  return sorted.filter((one, at) => one.type !== sorted[at - 1]?.type || one.value !== sorted[at - 1]?.value)
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
  let marking = bulletins.reduce<Tlp | undefined>((most, { tlp }) => (tlp === "red" ? most : strictest(most, tlp ?? undefined)), undefined)
  for (const { tlp } of kept) marking = strictest(marking, tlp)
  return marking
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
