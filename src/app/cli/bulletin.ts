// `sillage bulletin …`: what a bulletin says, before anything is hunted.
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { buildCommand, buildRouteMap } from "@stricli/core"
import { readBulletin } from "../../intake/intake.js"
import { UsageError } from "../../model/problem.js"
import { bulletinToJson, renderBulletin } from "./bulletin-view.js"
import { type CliContext, guarded, write } from "./context.js"

const showCommand = buildCommand<{ readonly json?: boolean }, string[], CliContext>({
  docs: {
    brief: "Show what a bulletin says: indicators, what was left out and why, marking, dates, actors",
    fullDescription: [
      "Reads a bulletin in any format and shows what would be hunted, what was left out and why, its marking, dates and actors.",
      "",
      "Examples:",
      "  sillage bulletin show CERTFR-2021-IOC-003-IOC.csv",
      "  sillage bulletin show --json report.pdf | jq '.indicators[].value'",
    ].join("\n"),
  },
  parameters: {
    flags: { json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout for each file" } },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "Bulletins to show", placeholder: "FILE" } },
  },
  func(this: CliContext, flags: { readonly json?: boolean }, ...files: string[]): Promise<void> {
    return guarded(this, async () => {
      for (const file of files) {
        const bytes = await readFile(file).catch((error: Error) => {
          throw new UsageError(`cannot read ${file}: ${error.message}`)
        })
        const bulletin = await readBulletin(basename(file), bytes)
        await write(flags.json ? `${JSON.stringify(bulletinToJson(bulletin))}\n` : renderBulletin(bulletin))
      }
      return 0
    })
  },
})

export const bulletinRoutes = buildRouteMap<"show", CliContext>({
  routes: { show: showCommand },
  docs: { brief: "Look at bulletins" },
})
