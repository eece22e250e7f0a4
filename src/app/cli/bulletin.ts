// `sillage bulletin …`: looking at bulletins, and keeping them in the workspace.
import { buildRouteMap } from "@stricli/core"
import { bulletinAddCommand } from "./bulletin-add.js"
import { bulletinDiffCommand } from "./bulletin-diff.js"
import { bulletinListCommand } from "./bulletin-list.js"
import { bulletinRemoveCommand } from "./bulletin-remove.js"
import { bulletinShowCommand } from "./bulletin-show.js"
import type { CliContext } from "./context.js"

export const bulletinRoutes = buildRouteMap<"show" | "add" | "list" | "diff" | "remove", CliContext>({
  routes: {
    show: bulletinShowCommand,
    add: bulletinAddCommand,
    list: bulletinListCommand,
    diff: bulletinDiffCommand,
    remove: bulletinRemoveCommand,
  },
  docs: { brief: "Look at bulletins, keep them, and see what a revision changed" },
})
