// Plain lists that a firewall fetches: one file for each kind of value, one value a line, each once.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import type { ExportHeader, RuleFile } from "./exporter.js"
import { comments } from "./header.js"
import { ofTypes } from "./in-order.js"

export interface ListSpec {
  readonly name: string
  readonly types: readonly ObservableType[]
  readonly entries: (indicator: Indicator) => readonly string[]
}

/** Lists without an entry are not written. */
export function externalLists(indicators: readonly Indicator[], header: ExportHeader, specs: readonly ListSpec[]): readonly RuleFile[] {
  return specs
    .filter(({ types }) => ofTypes(indicators, types).length > 0)
    .map((spec) => ({ name: spec.name, content: listLines(indicators, header, spec) }))
}

function* listLines(indicators: readonly Indicator[], header: ExportHeader, { types, entries }: ListSpec): Iterable<string> {
  yield comments("#", header)
  const seen = new Set<string>()
  for (const indicator of ofTypes(indicators, types)) {
    for (const entry of entries(indicator)) {
      if (seen.has(entry)) continue
      seen.add(entry)
      yield `${entry}\n`
    }
  }
}
