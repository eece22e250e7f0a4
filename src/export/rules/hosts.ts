// A hosts file: listed names lead nowhere. It knows single names only.
import type { Indicator } from "../../model/indicator.js"
import type { RuleExporter } from "./exporter.js"
import { comments } from "./header.js"

export const hosts: RuleExporter = {
  name: "hosts",
  title: "hosts file",
  actions: ["block"],
  capabilities: {
    "domain-name": {
      strengths: ["exact"],
      directions: "outbound",
      sees: "lookups of the machine that has the file; no name below the listed one",
    },
  },
  render: ({ indicators, header }) => [
    {
      name: "sillage.hosts",
      content: hostLines(indicators, comments("#", header)),
    },
  ],
  checkers: [],
}

function* hostLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield head
  for (const { value } of indicators) yield `0.0.0.0 ${value}\n:: ${value}\n`
}
