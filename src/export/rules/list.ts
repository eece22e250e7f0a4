// The indicators as a plain list, one a line.
import type { Indicator } from "../../model/indicator.js"
import { everyType } from "./every-type.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const list: RuleExporter = {
  name: "list",
  title: "Plain list",
  actions: ["alert"],
  capabilities: everyType("what the reader makes of it"),
  inexpressible: ({ value }) =>
    /[\r\n]|^\s*[#;]/.test(value) ? "would be read as a comment or as two lines: use --to csv or --to stix" : undefined,
  render: ({ indicators, header }) => [{ name: "sillage-indicators.txt", content: listLines(indicators, comments("#", header)) }],
  checkers: [],
}

function* listLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield head
  for (const { value } of indicators) yield `${value}\n`
}
