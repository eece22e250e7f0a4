// `sillage index …`: the index by which later hunts read next to nothing.
import { buildRouteMap } from "@stricli/core"
import type { CliContext } from "./context.js"
import { indexBuildCommand, indexUpdateCommand } from "./index-build.js"
import { indexStatusCommand, indexVerifyCommand } from "./index-status.js"

export const indexRoutes = buildRouteMap<"build" | "update" | "status" | "verify", CliContext>({
  routes: { build: indexBuildCommand, update: indexUpdateCommand, status: indexStatusCommand, verify: indexVerifyCommand },
  docs: { brief: "Read an archive once, so that every later bulletin is answered in seconds" },
})
