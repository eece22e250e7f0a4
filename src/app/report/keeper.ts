// Where the pseudonym key and the mapping live: in the workspace, else in the user's data folder. They never leave with a report.
import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createPseudonyms, keyBytesMin, type Pseudonyms } from "../../export/reports/pseudonyms.js"
import { dataFolder } from "../../hits/store/find-workspace.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"

export interface Keeper {
  readonly pseudonyms: Pseudonyms
  /** Stores what was given since; where, for the user. */
  readonly keep: () => string
}

const keyKind = "pseudonym-key"
const mappingKind = "pseudonym"

export function openKeeper(workspace: Workspace | undefined, env: Readonly<Record<string, string | undefined>>): Keeper {
  return workspace ? inWorkspace(workspace) : inFolder(dataFolder(env))
}

function inWorkspace({ state, dir }: Workspace): Keeper {
  const key = state.transaction(() => {
    const known = state.get<string>(keyKind, "key")
    if (known !== undefined) return known
    const fresh = randomBytes(32).toString("base64")
    state.set(keyKind, "key", fresh)
    return fresh
  })
  const pseudonyms = createPseudonyms(Buffer.from(key, "base64"))
  return {
    pseudonyms,
    keep() {
      state.transaction(() => {
        for (const { pseudonym, kind, value } of pseudonyms.mapping()) state.set(mappingKind, pseudonym, { kind, value })
      })
      return dir
    },
  }
}

/** Two files that only the user may read. */
function inFolder(folder: string): Keeper {
  const keyFile = join(folder, "pseudonym.key")
  const mappingFile = join(folder, "pseudonyms.json")
  const pseudonyms = createPseudonyms(keyIn(folder, keyFile))
  return {
    pseudonyms,
    keep() {
      const known = readMapping(mappingFile)
      for (const { pseudonym, kind, value } of pseudonyms.mapping()) known[pseudonym] = { kind, value }
      const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)))
      writeFileSync(mappingFile, `${JSON.stringify(sorted, null, 1)}\n`, { mode: 0o600 })
      return mappingFile
    },
  }
}

function keyIn(folder: string, file: string): Uint8Array {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // "wx": of two processes that begin at once, one makes the key and the other reads it.
    writeFileSync(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      throw new UsageError(`cannot keep the pseudonym key in ${folder}: ${(error as Error).message}; make a workspace with sillage init`)
  }
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64")
  if (key.length < keyBytesMin) throw new UsageError(`${file} is no pseudonym key: remove it to get a new one`)
  return key
}

function readMapping(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {}
    throw error
  }
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new UsageError(`${file} is damaged: set it aside, the key beside it gives the same pseudonyms again`)
  }
}
