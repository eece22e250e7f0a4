// Checks an evidence bundle: its chain, its signature, and, with the archive at hand, every original and every record at its place.
import { checkManifest, type Manifest } from "../../export/evidence/manifest.js"
import { readTar } from "../../export/evidence/tar.js"
import type { Hit } from "../../model/hit.js"
import { located, type PackedRecord } from "./pack.js"
import { originalOf, placeKey, recordsAt } from "./places.js"

export interface Verified {
  readonly manifest: Manifest | undefined
  /** What is wrong with the bundle itself; none is a sound one. */
  readonly faults: readonly string[]
  readonly signature: { readonly path: string; readonly text: string; readonly signed: Uint8Array } | undefined
  readonly archive: ArchiveCheck | undefined
}

export interface ArchiveCheck {
  readonly originals: { readonly same: number; readonly changed: readonly string[]; readonly absent: readonly string[] }
  readonly records: {
    readonly found: number
    readonly changed: readonly string[]
    readonly absent: readonly string[]
    readonly unpacked: number
  }
}

/** `archive` is where the archive lies; `undefined` checks the bundle alone, `""` the places as they were hunted. */
export async function verifyCase(bytes: Uint8Array, archive: string | undefined): Promise<Verified> {
  const files = readTar(bytes)
  if (typeof files === "string") return { manifest: undefined, faults: [files], signature: undefined, archive: undefined }
  const { manifest, faults } = checkManifest(files)
  const signature = files.find((file) => file.path.startsWith("manifest.json."))
  const signed = files.find((file) => file.path === "manifest.json")
  const content = (path: string) => Buffer.from(files.find((file) => file.path === path)?.bytes ?? new Uint8Array(0)).toString("utf8")
  return {
    manifest,
    faults,
    signature: signature && signed && { path: signature.path, text: Buffer.from(signature.bytes).toString("utf8"), signed: signed.bytes },
    archive:
      archive === undefined || faults.length > 0
        ? undefined
        : await checkArchive(
            rows(content("originals.ndjson")),
            rows(content("records.ndjson")),
            rows(content("hits.ndjson")),
            archive === "" ? undefined : archive,
          ),
  }
}

interface PackedOriginal {
  readonly path: string
  readonly file: string
  readonly sha256: string | null
}

async function checkArchive(
  originals: readonly PackedOriginal[],
  records: readonly PackedRecord[],
  hits: readonly Hit[],
  archive: string | undefined,
): Promise<ArchiveCheck> {
  const changed: string[] = []
  const absent: string[] = []
  const lost = { changed: [] as string[], absent: [] as string[] }
  let [same, found] = [0, 0]
  for (const original of originals) {
    const file = located(original.path, original.file, archive)
    const now = await originalOf(file)
    const own = records.filter((one) => one.file === original.file && one.found)
    if (now === undefined) {
      absent.push(original.path)
      lost.absent.push(...own.map((one) => one.id))
      continue
    }
    if (now.sha256 === original.sha256) same++
    else changed.push(original.path)
    if (own.length === 0) continue
    const ids = new Set(own.map((one) => one.id))
    const again = await recordsAt(
      file,
      hits.filter((hit) => ids.has(hit.id)),
      0,
    )
    for (const one of own) {
      const record = again.get(placeKey(one.source))
      if (record === undefined) lost.absent.push(one.id)
      else if (record.sha256 !== one.sha256) lost.changed.push(one.id)
      else found++
    }
  }
  return { originals: { same, changed, absent }, records: { found, ...lost, unpacked: records.filter((one) => !one.found).length } }
}

function rows<T>(text: string): readonly T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T)
}
