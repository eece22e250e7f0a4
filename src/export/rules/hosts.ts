// A hosts file: listed names lead nowhere. It knows single names only.
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
      content: [comments("#", header), ...indicators.flatMap(({ value }) => [`0.0.0.0 ${value}\n`, `:: ${value}\n`])],
    },
  ],
  checkers: [],
}
