// What an evidence bundle holds, each file chained to the ones before it: no byte, file or order can change without being seen.
import { createHash } from "node:crypto"
import type { BundleFile } from "./tar.js"

export interface Manifest {
  readonly type: "sillage-case"
  readonly format: 1
  readonly tool: string
  /** RFC 3339, UTC; null if the case has no time of its own: nothing here reads a clock. */
  readonly created: string | null
  readonly case: string | null
  /** SHA-256 over the sorted indicators. */
  readonly indicators: string | null
  readonly hunt: Readonly<Record<string, unknown>>
  readonly files: readonly ManifestFile[]
  /** The last link of the chain. */
  readonly head: string
}

export interface ManifestFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** SHA-256 of the link before, the path, the size and the digest, each on a line of its own. */
  readonly chain: string
}

export const manifestPath = "manifest.json"
/** Not in the manifest: they sign it. */
export const signaturePaths = ["manifest.json.minisig", "manifest.json.asc"] as const
const root = "0".repeat(64)

export function makeManifest(facts: Omit<Manifest, "type" | "format" | "files" | "head">, files: readonly BundleFile[]): Manifest {
  const entries: ManifestFile[] = []
  let link = start(facts)
  for (const { path, bytes } of files) {
    const digest = sha256(bytes)
    link = next(link, path, bytes.length, digest)
    entries.push({ path, bytes: bytes.length, sha256: digest, chain: link })
  }
  return { type: "sillage-case", format: 1, ...facts, files: entries, head: link }
}

export function manifestBytes(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, "utf8")
}

/** Every fault found, in words; none is a sound bundle. */
export function checkManifest(files: readonly BundleFile[]): { readonly manifest?: Manifest; readonly faults: readonly string[] } {
  const stored = files.find((file) => file.path === manifestPath)
  if (!stored) return { faults: [`${manifestPath} is missing`] }
  const manifest = parsed(stored.bytes)
  if (!manifest) return { faults: [`${manifestPath} is no manifest of a case`] }
  const faults: string[] = []
  if (Buffer.compare(manifestBytes(manifest), stored.bytes) !== 0) faults.push(`${manifestPath} is not written as the tool writes it`)
  const own = files.filter(({ path }) => path !== manifestPath && !(signaturePaths as readonly string[]).includes(path))
  let link = start(manifest)
  for (const [at, entry] of manifest.files.entries()) {
    link = next(link, entry.path, entry.bytes, entry.sha256)
    if (link !== entry.chain) faults.push(`the chain breaks at ${entry.path}`)
    // What follows is measured against the stated link, so that one fault is reported once.
    link = entry.chain
    const file = own.find((one) => one.path === entry.path)
    if (!file) faults.push(`${entry.path} is missing`)
    else if (file.bytes.length !== entry.bytes || sha256(file.bytes) !== entry.sha256) faults.push(`${entry.path} was changed`)
    if (own[at] && own[at]?.path !== entry.path && file) faults.push(`${entry.path} stands in another place`)
  }
  if (link !== manifest.head) faults.push("the head of the chain differs")
  for (const { path } of own) if (!manifest.files.some((entry) => entry.path === path)) faults.push(`${path} is not in the manifest`)
  if (new Set(files.map((file) => file.path)).size !== files.length) faults.push("a file occurs twice")
  return { manifest, faults: [...new Set(faults)] }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}

/** The chain begins with what the case says of itself, so that this cannot be exchanged either. */
function start({ tool, created, case: name, indicators, hunt }: Omit<Manifest, "type" | "format" | "files" | "head">): string {
  return sha256(Buffer.from(`${root}\n${JSON.stringify({ tool, created, case: name, indicators, hunt })}\n`, "utf8"))
}

function next(link: string, path: string, bytes: number, digest: string): string {
  return sha256(Buffer.from(`${link}\n${path}\n${bytes}\n${digest}\n`, "utf8"))
}

function parsed(bytes: Uint8Array): Manifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch {
    return undefined
  }
  const manifest = value as Manifest
  const sound =
    typeof value === "object" &&
    value !== null &&
    manifest.type === "sillage-case" &&
    manifest.format === 1 &&
    typeof manifest.head === "string" &&
    Array.isArray(manifest.files) &&
    manifest.files.every(
      (one) =>
        typeof one?.path === "string" && typeof one.sha256 === "string" && typeof one.chain === "string" && Number.isInteger(one.bytes),
    )
  return sound ? manifest : undefined
}
