// Writes what archives are kept in: gzip, zstd, tar and zip, each in its simplest honest form.
import * as zlib from "node:zlib"

/** Two members, as left behind by a rotation that appended: readers must not stop after the first. */
export function gzip(content) {
  const half = content.indexOf(10, content.length >> 1) + 1
  return Buffer.concat([zlib.gzipSync(content.subarray(0, half), { level: 2 }), zlib.gzipSync(content.subarray(half), { level: 2 })])
}

/** Node's own encoder where it has one (22.15 and later); else a valid frame of stored blocks (RFC 8878, section 3.1.1). */
export function zstd(content) {
  if (zlib.zstdCompressSync) return zlib.zstdCompressSync(content)
  const blockBytesMax = 128 * 1024
  // Window descriptor 0x38: 2^(10 + 7) bytes, the size of the largest block.
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])]
  for (let at = 0; at === 0 || at < content.length; at += blockBytesMax) {
    const block = content.subarray(at, at + blockBytesMax)
    const last = at + blockBytesMax >= content.length ? 1 : 0
    const head = Buffer.alloc(3)
    head.writeUIntLE((block.length << 3) | last, 0, 3)
    parts.push(head, block)
  }
  return Buffer.concat(parts)
}

/** POSIX ustar (IEEE 1003.1), members in the order given: `{name, content, modified}`. */
export function tar(members) {
  const parts = []
  for (const { name, content, modified } of members) {
    const head = Buffer.alloc(512)
    const octal = (value, length) => `${value.toString(8).padStart(length - 1, "0")}\0`
    head.write(name, 0, "latin1")
    head.write(
      octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(Math.floor(modified / 1000), 12),
      100,
      "latin1",
    )
    head.write("        0", 148, "latin1")
    head.write("ustar\x0000", 257, "latin1")
    const sum = head.reduce((total, byte) => total + byte, 0)
    head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
    parts.push(head, content, Buffer.alloc((512 - (content.length % 512)) % 512))
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** PKWARE APPNOTE 6.3, deflated members without data descriptors. */
export function zip(members) {
  const files = []
  const directory = []
  let offset = 0
  for (const { name, content, modified } of members) {
    const packed = zlib.deflateRawSync(content, { level: 2 })
    const date = new Date(modified)
    const dosTime = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
    const dosDate = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(dosTime, 6)
    common.writeUInt16LE(dosDate, 8)
    common.writeUInt32LE(zlib.crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, place, Buffer.from(name, "latin1"))
    files.push(Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name, "latin1"), packed)
    offset += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.write("PK\x05\x06", 0, "latin1")
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(
    directory.reduce((total, part) => total + part.length, 0),
    12,
  )
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, ...directory, end])
}
