// Members of a zip in memory: bounded in number, size and ratio; nothing is ever written to disk.
import type yauzl from "yauzl"

export interface Member {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Members {
  readonly members: readonly Member[]
  readonly faults: readonly {
    readonly code: "unreadable" | "encrypted" | "limit" | "truncated"
    readonly member: string
    readonly message: string
  }[]
}

export const membersMax = 2_000
export const memberBytesMax = 128 * 1024 * 1024
export const unpackedBytesMax = 256 * 1024 * 1024
/** Text packs a hundredfold at most; beyond this a member is a bomb. Small ones may be odd. */
export const ratioMax = 1_000

export async function readZip(bytes: Uint8Array, wanted: (name: string) => boolean = () => true): Promise<Members> {
  const { fromBuffer } = (await import("yauzl")).default
  const members: Member[] = []
  const faults: Members["faults"][number][] = []
  return new Promise((resolve) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: true, validateEntrySizes: true }, (error, zip) => {
      if (error || !zip) {
        faults.push({
          code: /end of central directory/i.test(String(error?.message)) ? "truncated" : "unreadable",
          member: "",
          message: `no readable zip: ${error?.message ?? "unknown"}`,
        })
        resolve({ members, faults })
        return
      }
      let seen = 0
      let total = 0
      const finish = (): void => resolve({ members, faults })
      zip.on("error", (fault: Error) => {
        faults.push({ code: "unreadable", member: "", message: `the archive's directory is damaged: ${fault.message}` })
        finish()
      })
      zip.on("end", finish)
      zip.on("entry", (entry: yauzl.Entry) => {
        const name = entry.fileName
        if (++seen > membersMax) {
          faults.push({ code: "limit", member: "", message: `more than ${membersMax} members; the rest was not read` })
          finish()
          return
        }
        const refused = name.endsWith("/") || !wanted(name) ? "" : refusal(entry, total)
        if (refused !== undefined) {
          if (refused !== "") faults.push({ code: entry.isEncrypted() ? "encrypted" : "limit", member: name, message: refused })
          zip.readEntry()
          return
        }
        total += entry.uncompressedSize
        readMember(zip, entry).then(
          (data) => {
            members.push({ name, bytes: data })
            zip.readEntry()
          },
          (fault: Error) => {
            faults.push({ code: "unreadable", member: name, message: `cannot be unpacked: ${fault.message}` })
            zip.readEntry()
          },
        )
      })
      zip.readEntry()
    })
  })
}

function refusal(entry: yauzl.Entry, total: number): string | undefined {
  if (entry.isEncrypted()) return "encrypted: unpack it with its password first"
  if (entry.uncompressedSize > memberBytesMax) return `larger than ${memberBytesMax / 1024 / 1024} MB unpacked`
  if (total + entry.uncompressedSize > unpackedBytesMax) return `beyond ${unpackedBytesMax / 1024 / 1024} MB unpacked in all`
  if (entry.uncompressedSize > 1024 * 1024 && entry.uncompressedSize > entry.compressedSize * ratioMax)
    return `unpacks more than ${ratioMax} times its size`
  return undefined
}

function readMember(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error || !stream) {
        reject(error ?? new Error("no stream"))
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length
        // The directory's size is only a claim.
        if (size > memberBytesMax) stream.destroy(new Error("larger than its directory says"))
        else chunks.push(chunk)
      })
      stream.on("end", () => resolve(Buffer.concat(chunks)))
      stream.on("error", reject)
    })
  })
}
