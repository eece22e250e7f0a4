// Writes entries of the systemd journal in the export format: text fields as lines, binary ones with a length.

export function makeJournal(entries: readonly Readonly<Record<string, string | Buffer>>[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => [...Object.entries(entry).map(([name, value]) => field(name, value)), Buffer.from("\n")]))
}

function field(name: string, value: string | Buffer): Buffer {
  if (typeof value === "string") return Buffer.from(`${name}=${value}\n`)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(value.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from("\n")])
}
