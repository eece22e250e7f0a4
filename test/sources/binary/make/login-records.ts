// Writes wtmp and btmp records of Linux: `struct utmp`, 384 bytes each.

export interface MadeLogin {
  readonly type: number
  readonly line: string
  readonly user: string
  readonly host: string
  readonly seconds: number
  readonly address?: readonly number[]
}

export function makeLoginRecords(logins: readonly MadeLogin[]): Buffer {
  return Buffer.concat(
    logins.map(({ type, line, user, host, seconds, address = [] }) => {
      const bytes = Buffer.alloc(384)
      bytes.writeUInt16LE(type, 0)
      bytes.writeUInt32LE(4711, 4)
      bytes.write(line, 8)
      bytes.write(user, 44)
      bytes.write(host, 76)
      bytes.writeUInt32LE(seconds, 340)
      bytes.writeUInt32LE(123_456, 344)
      bytes.set(address, 348)
      return bytes
    }),
  )
}
