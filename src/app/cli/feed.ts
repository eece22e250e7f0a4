// `sillage feed …`: places that bring bulletins again and again; fetched only when told.
import { buildRouteMap } from "@stricli/core"
import type { CliContext } from "./context.js"
import { feedAddCommand } from "./feed-add.js"
import { feedListCommand } from "./feed-list.js"
import { feedPullCommand } from "./feed-pull.js"
import { feedRemoveCommand } from "./feed-remove.js"

export const feedRoutes = buildRouteMap<"add" | "list" | "pull" | "remove", CliContext>({
  routes: { add: feedAddCommand, list: feedListCommand, pull: feedPullCommand, remove: feedRemoveCommand },
  docs: { brief: "Follow TAXII collections, MISP feeds, documents at an address and folders" },
})
