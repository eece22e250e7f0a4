// `sillage triage …`: what the last hunt found, by weight, and what the analysts decided about it.
import { buildRouteMap } from "@stricli/core"
import type { CliContext } from "./context.js"
import { triageConfirmCommand, triageDismissCommand, triageNoteCommand } from "./triage-decide.js"
import { triageListCommand } from "./triage-list.js"
import { triageWarninglistCommand } from "./triage-warninglist.js"

export const triageRoutes = buildRouteMap<"list" | "confirm" | "dismiss" | "note" | "warninglist", CliContext>({
  routes: {
    list: triageListCommand,
    confirm: triageConfirmCommand,
    dismiss: triageDismissCommand,
    note: triageNoteCommand,
    warninglist: triageWarninglistCommand,
  },
  defaultCommand: "list",
  docs: { brief: "List the judged hits of a hunt, and confirm, dismiss or note them" },
})
