// Plain lists that a firewall fetches: one file for each kind of value, one value a line, each once.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { blockTextsOnce } from "./address-blocks.js"
import type { ExportHeader, RuleFile } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

export interface ListSpec {
  readonly name: string
  readonly types: readonly ObservableType[]
  /** No entry of one value is that of another. Absent: the networks that cover an address, network or range, each once. */
  readonly entries?: (indicator: Indicator) => readonly string[]
}

/** Lists without an entry are not written. */
export function externalLists(indicators: readonly Indicator[], header: ExportHeader, specs: readonly ListSpec[]): readonly RuleFile[] {
  return specs
    .filter(({ types }) => ofTypes(indicators, types).length > 0)
    .map((spec) => ({ name: spec.name, content: listLines(indicators, header, spec) }))
}

function* listLines(indicators: readonly Indicator[], header: ExportHeader, { types, entries }: ListSpec): Iterable<string> {
  yield comments("#", header)
  for (const type of [...types].sort()) {
    const all = ofTypes(indicators, [type])
    if (entries) for (const indicator of all) for (const entry of entries(indicator)) yield `${entry}\n`
    else for (const text of blockTextsOnce(all)) yield `${text}\n`
  }
}
