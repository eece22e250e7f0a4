// `sillage collection …`: what the TAXII server offers, and the tokens that open it.
import { readFile } from "node:fs/promises"
import { buildCommand, buildRouteMap } from "@stricli/core"
import type { StixObject } from "../../hits/store/exchange-store.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { readContribution } from "../../intake/contribution.js"
import { UsageError } from "../../model/problem.js"
import { addCollection, type Collection, collections, findCollection, removeCollection } from "../server/collections.js"
import { addToken, revokeToken, tokensOf } from "../server/taxii-auth.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

const text = (input: string): string => input
const alias = { parse: String, brief: "Alias or id of the collection", placeholder: "NAME" } as const

function found(workspace: Workspace, name: string): Collection {
  const collection = findCollection(workspace.state, name)
  if (!collection) throw new UsageError(`there is no collection ${name}: see sillage collection list`)
  return collection
}

interface AddFlags extends WorkspaceFlags {
  readonly title?: string
  readonly description?: string
}

const addCommand = buildCommand<AddFlags, [string], CliContext>({
  docs: {
    brief: "Make a collection",
    fullDescription:
      "Makes a collection for sillage serve.\n\nExample:\n  sillage collection add sightings --title 'Sightings of partners'",
  },
  parameters: {
    flags: {
      title: { kind: "parsed", parse: text, optional: true, brief: "What clients see", placeholder: "TEXT" },
      description: { kind: "parsed", parse: text, optional: true, brief: "What it is for", placeholder: "TEXT" },
      workspace: workspaceFlag,
    },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "Short name: letters, digits, hyphens", placeholder: "NAME" }] },
  },
  func(this: CliContext, flags: AddFlags, name: string): Promise<void> {
    return guarded(this, () =>
      inWorkspace(flags, async ({ state }) => {
        if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(name))
          throw new UsageError(`${name}: a collection's name has small letters, digits and hyphens, at most 60`)
        const { id } = addCollection(state, name, flags.title ?? name, flags.description)
        await write(`Collection ${name} has the id ${id}.\nOpen it to somebody: sillage collection token ${name} --for WHOM [--write]\n`)
        return 0
      }),
    )
  },
})

const listCommand = buildCommand<WorkspaceFlags & { readonly json?: boolean }, [], CliContext>({
  docs: { brief: "List the collections, how much they hold and who may use them" },
  parameters: {
    flags: { json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object a line" }, workspace: workspaceFlag },
  },
  func(this: CliContext, flags): Promise<void> {
    return guarded(this, () =>
      inWorkspace(flags, async ({ state, exchange }) => {
        for (const one of collections(state)) {
          const tokens = tokensOf(state)
            .filter(({ collection }) => collection === one.id)
            .map(({ name, write, addedAt }) => ({ name, write, addedAt }))
          const objects = exchange.count(one.id)
          const who = tokens.map(({ name, write }) => `${safe(name, 40)}${write ? " (writes)" : ""}`).join(", ") || "nobody"
          await write(
            flags.json
              ? `${JSON.stringify({ ...one, objects, tokens })}\n`
              : `${one.alias}  ${one.id}  ${objects} objects  ${safe(one.title, 60)}; open to ${who}\n`,
          )
        }
        return 0
      }),
    )
  },
})

interface PublishFlags extends WorkspaceFlags {
  readonly to: string
}

const publishCommand = buildCommand<PublishFlags, string[], CliContext>({
  docs: {
    brief: "Put STIX bundles into a collection, for those who have a token",
    fullDescription: [
      "Puts the objects of STIX 2.1 bundles into a collection; versions that are there already stay. Bundles marked TLP:RED are refused.",
      "",
      "Example:",
      "  sillage export --to stix --bulletin alert.csv && sillage collection publish --to bulletins sillage-stix/sillage-indicators.stix.json",
    ].join("\n"),
  },
  parameters: {
    flags: {
      to: { kind: "parsed", parse: text, brief: "Alias or id of the collection", placeholder: "NAME" },
      workspace: workspaceFlag,
    },
    positional: { kind: "array", minimum: 1, parameter: { parse: String, brief: "STIX 2.1 bundles", placeholder: "FILE" } },
  },
  func(this: CliContext, flags: PublishFlags, ...files: string[]): Promise<void> {
    return guarded(this, () =>
      inWorkspace(flags, async (workspace) => {
        const collection = found(workspace, flags.to)
        for (const file of files) {
          const before = workspace.exchange.count(collection.id)
          const objects = await bundleIn(file)
          workspace.exchange.add(collection.id, objects, new Date().toISOString())
          await write(
            `${file}: ${objects.length} objects, ${workspace.exchange.count(collection.id) - before} of them new in ${collection.alias}\n`,
          )
        }
        return 0
      }),
    )
  },
})

async function bundleIn(file: string): Promise<readonly StixObject[]> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UsageError(`cannot read ${file}: ${error.message}`)
  })
  const { contribution, problems } = readContribution(file, bytes)
  if (!contribution) throw new UsageError(`${file}: ${problems[0]?.message}`)
  if (contribution.tlp === "red") throw new UsageError(`${file} is marked TLP:RED, which never leaves`)
  const { objects } = JSON.parse(bytes.toString("utf8")) as { readonly objects?: readonly StixObject[] }
  if (!objects?.every((one) => typeof one.id === "string" && typeof one.type === "string"))
    throw new UsageError(`${file} is no STIX bundle`)
  return objects
}

interface TokenFlags extends WorkspaceFlags {
  readonly for: string
  readonly write?: boolean
  readonly revoke?: boolean
}

const tokenCommand = buildCommand<TokenFlags, [string], CliContext>({
  docs: {
    brief: "Give somebody a token for a collection, or take it back",
    fullDescription: [
      "Makes a token for one collection and prints it, once: the workspace keeps only its digest. A new one for the same person replaces the old.",
      "",
      "Examples:",
      "  sillage collection token bulletins --for partner-a",
      "  sillage collection token sightings --for partner-a --write",
      "  sillage collection token sightings --for partner-a --revoke",
    ].join("\n"),
  },
  parameters: {
    flags: {
      for: { kind: "parsed", parse: text, brief: "Who holds it", placeholder: "WHOM" },
      write: { kind: "boolean", optional: true, withNegated: false, brief: "It may add and delete objects too" },
      revoke: { kind: "boolean", optional: true, withNegated: false, brief: "Take it back" },
      workspace: workspaceFlag,
    },
    positional: { kind: "tuple", parameters: [alias] },
  },
  func(this: CliContext, flags: TokenFlags, name: string): Promise<void> {
    return guarded(this, () =>
      inWorkspace(flags, async (workspace) => {
        const { id } = found(workspace, name)
        if (flags.revoke) {
          if (!revokeToken(workspace.state, id, flags.for)) throw new UsageError(`${flags.for} has no token for ${name}`)
          await write(`The token of ${flags.for} for ${name} opens nothing any more.\n`)
        } else {
          const token = { collection: id, name: flags.for, write: flags.write ?? false }
          await write(`${addToken(workspace.state, token, new Date().toISOString())}\n`)
        }
        return 0
      }),
    )
  },
})

const removeCommand = buildCommand<WorkspaceFlags, [string], CliContext>({
  docs: { brief: "Remove a collection with everything in it and its tokens" },
  parameters: { flags: { workspace: workspaceFlag }, positional: { kind: "tuple", parameters: [alias] } },
  func(this: CliContext, flags: WorkspaceFlags, name: string): Promise<void> {
    return guarded(this, () =>
      inWorkspace(flags, async (workspace) => {
        const { id } = found(workspace, name)
        workspace.state.transaction(() => {
          workspace.exchange.removeAll(id)
          for (const token of tokensOf(workspace.state)) if (token.collection === id) revokeToken(workspace.state, id, token.name)
          removeCollection(workspace.state, id)
        })
        await write(`Removed ${name}.\n`)
        return 0
      }),
    )
  },
})

export const collectionRoutes = buildRouteMap<"add" | "list" | "publish" | "token" | "remove", CliContext>({
  routes: { add: addCommand, list: listCommand, publish: publishCommand, token: tokenCommand, remove: removeCommand },
  docs: { brief: "Manage what sillage serve offers, and to whom" },
})
