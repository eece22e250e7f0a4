// The container of an evidence bundle: plain ustar (POSIX.1-1988) with fixed owner, mode and time, so that the same files are the same bytes.

export interface BundleFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const blockBytes = 512
const filesMax = 10_000
/** What a bundle may hold when it is read back. */
export const bundleBytesMax = 2 * 1024 * 1024 * 1024

export function packTar(files: readonly BundleFile[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const file of files) {
    parts.push(header(file), file.bytes)
    const rest = file.bytes.length % blockBytes
    if (rest > 0) parts.push(new Uint8Array(blockBytes - rest))
  }
  parts.push(new Uint8Array(2 * blockBytes))
  return Buffer.concat(parts)
}

/** The files in stored order; a sentence about the fault if it is no such container. Nothing is written anywhere. */
export function readTar(bytes: Uint8Array): readonly BundleFile[] | string {
  const files: BundleFile[] = []
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + blockBytes <= data.length; ) {
    const block = data.subarray(at, at + blockBytes)
    if (block.every((one) => one === 0)) {
      return data.subarray(at).every((one) => one === 0) ? files : "something stands behind the end of the container"
    }
    if (block.toString("latin1", 257, 262) !== "ustar") return `no tar header at byte ${at}`
    const sum = Number.parseInt(block.toString("latin1", 148, 154), 8)
    if (checksum(block) !== sum) return `the tar header at byte ${at} is damaged`
    const path = block.toString("utf8", 0, 100).replace(/\0.*$/s, "")
    const size = Number.parseInt(block.toString("latin1", 124, 135), 8)
    if (!Number.isSafeInteger(size) || block[156] !== 0x30) return `${path} is no plain file`
    if (at + blockBytes + size > data.length) return `${path} is cut off`
    if (files.length >= filesMax) return `more than ${filesMax} files`
    files.push({ path, bytes: data.subarray(at + blockBytes, at + blockBytes + size) })
    at += blockBytes + Math.ceil(size / blockBytes) * blockBytes
  }
  return "the container is cut off"
}

function header({ path, bytes }: BundleFile): Uint8Array {
  const block = Buffer.alloc(blockBytes)
  if (Buffer.byteLength(path) > 99) throw new Error(`${path} is too long for a name in the bundle`)
  block.write(path, 0, "utf8")
  block.write("0000644\0", 100, "latin1")
  block.write("0000000\0", 108, "latin1")
  block.write("0000000\0", 116, "latin1")
  block.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124, "latin1")
  block.write("00000000000\0", 136, "latin1")
  block.write("0", 156, "latin1")
  block.write("ustar\0", 257, "latin1")
  block.write("00", 263, "latin1")
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}

/** The sum over the header with blanks in the place of the sum itself. */
function checksum(block: Uint8Array): number {
  return block.reduce((total, one, at) => total + (at >= 148 && at < 156 ? 0x20 : one), 0)
}
