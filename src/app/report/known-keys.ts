// Fingerprints that a person confirmed, by recipient: in the workspace, else in the user's data folder.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dataFolder } from "../../hits/store/find-workspace.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"

export interface KnownKeys {
  readonly get: (email: string) => string | undefined
  readonly set: (email: string, fingerprint: string) => void
}

const kind = "openpgp-fingerprint"

export function knownKeys(workspace: Workspace | undefined, env: Readonly<Record<string, string | undefined>>): KnownKeys {
  if (workspace) {
    return {
      get: (email) => workspace.state.get<string>(kind, email.toLowerCase()),
      set: (email, fingerprint) => workspace.state.set(kind, email.toLowerCase(), fingerprint),
    }
  }
  const folder = dataFolder(env)
  const file = join(folder, "openpgp-fingerprints.json")
  return {
    get: (email) => readKnown(file)[email.toLowerCase()],
    set(email, fingerprint) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(file, `${JSON.stringify({ ...readKnown(file), [email.toLowerCase()]: fingerprint }, null, 1)}\n`, { mode: 0o600 })
    },
  }
}

function readKnown(file: string): Readonly<Record<string, string>> {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {}
    throw error
  }
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    throw new UsageError(`${file} is damaged: set it aside and confirm the fingerprints again`)
  }
}
