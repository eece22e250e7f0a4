// Writes the ClientHello of a TLS handshake (RFC 8446, section 4.1.2) in one record.

export interface MadeHello {
  readonly ciphers: readonly number[]
  /** Type and content, in the order in which they are sent. */
  readonly extensions: readonly (readonly [type: number, content: Buffer])[]
}

export function makeClientHello({ ciphers, extensions }: MadeHello): Buffer {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    counted(2, words(ciphers)),
    Buffer.from([1, 0]),
    counted(2, Buffer.concat(extensions.map(([type, content]) => Buffer.concat([words([type]), counted(2, content)])))),
  ])
  const handshake = Buffer.concat([Buffer.from([1]), counted(3, body)])
  return Buffer.concat([Buffer.from([22, 3, 1]), counted(2, handshake)])
}

export function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2)
  return bytes
}

/** A length of so many bytes, and the content. */
export function counted(bytes: number, content: Buffer): Buffer {
  const length = Buffer.alloc(bytes)
  length.writeUIntBE(content.length, 0, bytes)
  return Buffer.concat([length, content])
}
