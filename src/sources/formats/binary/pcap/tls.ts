// What a TLS handshake says in clear: server name, fingerprints of client and server, certificates.
import { createHash, X509Certificate } from "node:crypto"
import type { Loss } from "./losses.js"
import type { Side } from "./side.js"
import type { Application, Time } from "./stream.js"

/** Handshake bytes read of each side; certificate chains are rarely above 10 KiB. */
const handshakeBytesMax = 256 * 1024

export interface TlsFacts {
  readonly time: Time
  readonly client?: Readonly<Record<string, unknown>>
  readonly server?: Readonly<Record<string, unknown>>
}

export function isTlsHandshake(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 6 && bytes[start] === 0x16 && bytes[start + 1] === 0x03 && (bytes[start + 5] === 1 || bytes[start + 5] === 2)
}

/** `client` is the side that speaks first. */
export function tlsApplication(client: Side, emit: (facts: TlsFacts) => void, lose: (kind: Loss) => void): Application {
  const sides: [Handshake, Handshake] = [new Handshake(), new Handshake()]
  let time: Time | undefined
  let emitted = false
  const finish = (): void => {
    if (emitted) return
    emitted = true
    const asked = sides[client]
    const answered = sides[client === 0 ? 1 : 0]
    const hello = clientHello(asked.messages) ?? namesOf(asked.begun)
    const answer = serverFacts(answered.messages)
    if (time && (hello || answer))
      emit({ time, ...(hello && { client: hello }), ...(answer && Object.keys(answer.facts).length > 0 && { server: answer.facts }) })
    if (asked.isLong || answered.isLong) lose("tls-long")
    else if (asked.begun || answered.begun || (asked.messages.length > 0 && hello?.ja3 === undefined) || answer?.isDamaged)
      lose("tls-damaged")
  }
  return {
    name: "tls",
    data(side, bytes, start, end, now) {
      time ??= now
      sides[side].push(bytes, start, end)
      if (!sides[0].done || !sides[1].done) return undefined
      finish()
      return "done"
    },
    gap(side) {
      const isOpen = !sides[side].done
      sides[side].done = true
      return isOpen
    },
    end: finish,
  }
}

interface Message {
  readonly type: number
  readonly body: Buffer
}

/** Handshake messages out of records, until the first record of another kind. */
class Handshake {
  done = false
  /** More than is read. */
  isLong = false
  readonly messages: Message[] = []
  #bytes = 0
  #records: Buffer = nothing
  #handshake: Buffer = nothing

  /** What came of a message that is not complete. */
  get begun(): Message | undefined {
    const rest = this.#records.length > 5 && this.#records[0] === 0x16 ? this.#records.subarray(5) : nothing
    const bytes = Buffer.concat([this.#handshake, rest])
    return bytes.length < 4 ? undefined : { type: bytes.readUInt8(0), body: bytes.subarray(4) }
  }

  push(bytes: Buffer, start: number, end: number): void {
    if (this.done) return
    this.#bytes += end - start
    this.#records = Buffer.concat([this.#records, bytes.subarray(start, end)])
    let at = 0
    while (at + 5 <= this.#records.length) {
      const length = this.#records.readUInt16BE(at + 3)
      if (this.#records[at] !== 0x16) this.done = true
      if (this.done || at + 5 + length > this.#records.length) break
      this.#handshake = Buffer.concat([this.#handshake, this.#records.subarray(at + 5, at + 5 + length)])
      at += 5 + length
    }
    this.#records = Buffer.from(this.#records.subarray(at))
    this.#take()
    if (!this.done && this.#bytes > handshakeBytesMax) {
      this.done = true
      this.isLong = true
    }
  }

  #take(): void {
    let at = 0
    while (at + 4 <= this.#handshake.length) {
      const type = this.#handshake.readUInt8(at)
      const length = this.#handshake.readUIntBE(at + 1, 3)
      if (at + 4 + length > this.#handshake.length) break
      this.messages.push({ type, body: Buffer.from(this.#handshake.subarray(at + 4, at + 4 + length)) })
      at += 4 + length
      // A client's hello is all of it that is in clear; a server's flight ends with its certificate or its done message.
      if (type === 1 || type === 11 || type === 14) {
        this.done = true
        this.#records = nothing
        this.#handshake = nothing
        return
      }
    }
    this.#handshake = Buffer.from(this.#handshake.subarray(at))
  }
}

const nothing = Buffer.alloc(0)

interface Hello {
  readonly version: number
  readonly ciphers: readonly number[]
  readonly extensions: readonly number[]
  readonly groups: readonly number[]
  readonly formats: readonly number[]
  readonly signatures: readonly number[]
  readonly versions: readonly number[]
  readonly protocols: readonly string[]
  readonly serverName: string | undefined
}

function clientHello(messages: readonly Message[]): Readonly<Record<string, unknown>> | undefined {
  const message = messages.find(({ type }) => type === 1)
  const hello = message && readClientHello(message.body)
  if (!hello) return undefined
  return {
    ...(hello.serverName !== undefined && { server_name: hello.serverName }),
    ja3: md5(ja3Text(hello)),
    ja4: ja4(hello, "t"),
    ...(hello.protocols.length > 0 && { alpn: hello.protocols }),
  }
}

/** Of a hello that is not complete: the server's name, where it stands before the end. Fingerprints would be others. */
function namesOf(message: Message | undefined): Readonly<Record<string, unknown>> | undefined {
  const hello = message?.type === 1 ? readClientHello(message.body) : undefined
  return hello?.serverName === undefined ? undefined : { server_name: hello.serverName }
}

/** RFC 8446, section 4.1.2; undefined where it is damaged. */
function readClientHello(body: Buffer): Hello | undefined {
  try {
    let at = 34
    at += 1 + body.readUInt8(at)
    const cipherBytes = body.readUInt16BE(at)
    const ciphers = numbers16(body, at + 2, at + 2 + cipherBytes)
    at += 2 + cipherBytes
    at += 1 + body.readUInt8(at)
    return { version: body.readUInt16BE(0), ciphers, ...readExtensions(body, at) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readExtensions(body: Buffer, start: number): Omit<Hello, "version" | "ciphers"> {
  const found = {
    extensions: [] as number[],
    groups: [] as readonly number[],
    formats: [] as readonly number[],
    signatures: [] as readonly number[],
    versions: [] as readonly number[],
    protocols: [] as string[],
    serverName: undefined as string | undefined,
  }
  if (start + 2 > body.length) return found
  const end = Math.min(start + 2 + body.readUInt16BE(start), body.length)
  for (let at = start + 2; at + 4 <= end; ) {
    const type = body.readUInt16BE(at)
    const length = body.readUInt16BE(at + 2)
    const from = at + 4
    const to = Math.min(from + length, end)
    found.extensions.push(type)
    if (type === 0 && length > 5) found.serverName = body.toString("latin1", from + 5, Math.min(from + 5 + body.readUInt16BE(from + 3), to))
    if (type === 10) found.groups = numbers16(body, from + 2, to)
    if (type === 11) found.formats = [...body.subarray(from + 1, to)]
    if (type === 13) found.signatures = numbers16(body, from + 2, to)
    if (type === 43) found.versions = numbers16(body, from + 1, to)
    if (type === 16) {
      for (let name = from + 2; name < to; name += 1 + body.readUInt8(name))
        found.protocols.push(body.toString("latin1", name + 1, Math.min(name + 1 + body.readUInt8(name), to)))
    }
    at += 4 + length
  }
  return found
}

function numbers16(body: Buffer, from: number, to: number): readonly number[] {
  const list: number[] = []
  for (let at = from; at + 2 <= to; at += 2) list.push(body.readUInt16BE(at))
  return list
}

/** Values that clients strew in so that servers stay tolerant (RFC 8701): 0x0a0a, 0x1a1a… */
function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
}

function ja3Text({ version, ciphers, extensions, groups, formats }: Hello): string {
  const list = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join("-")
  return [version, list(ciphers), list(extensions), list(groups), formats.join("-")].join(",")
}

/** FoxIO's JA4 for clients (BSD licence). */
function ja4(hello: Hello, transport: "t" | "q"): string {
  const ciphers = hello.ciphers.filter((value) => !isGrease(value))
  const extensions = hello.extensions.filter((value) => !isGrease(value))
  const version = Math.max(hello.version, ...hello.versions.filter((value) => !isGrease(value)))
  const hex4 = (value: number): string => value.toString(16).padStart(4, "0")
  const count = (values: readonly number[]): string => String(Math.min(values.length, 99)).padStart(2, "0")
  const [protocol] = hello.protocols
  const first = `${transport}${versionNames[version] ?? "00"}${hello.serverName === undefined ? "i" : "d"}${count(ciphers)}${count(extensions)}${alpnText(protocol)}`
  const sortedCiphers = ciphers.map(hex4).sort().join(",")
  const sorted = extensions
    .filter((value) => value !== 0 && value !== 16)
    .map(hex4)
    .sort()
    .join(",")
  const signatures = hello.signatures.map(hex4).join(",")
  return `${first}_${ja4Digest(sortedCiphers)}_${ja4Digest(signatures === "" ? sorted : `${sorted}_${signatures}`)}`
}

const versionNames: Readonly<Record<number, string>> = { 772: "13", 771: "12", 770: "11", 769: "10", 768: "s3", 2: "s2" }

function alpnText(protocol: string | undefined): string {
  if (protocol === undefined || protocol === "") return "00"
  const ends = `${protocol[0]}${protocol.at(-1)}`
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends
  const digits = Buffer.from(protocol, "latin1").toString("hex")
  return `${digits[0]}${digits.at(-1)}`
}

function ja4Digest(text: string): string {
  return text === "" ? "000000000000" : createHash("sha256").update(text).digest("hex").slice(0, 12)
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex")
}

interface ServerFacts {
  readonly facts: Readonly<Record<string, unknown>>
  readonly isDamaged: boolean
}

function serverFacts(messages: readonly Message[]): ServerFacts | undefined {
  const hello = messages.find(({ type }) => type === 2)
  const certificate = messages.find(({ type }) => type === 11)
  if (!hello && !certificate) return undefined
  const said = hello ? serverHello(hello.body) : {}
  const shown = certificate ? certificateFacts(certificate.body) : { facts: {}, isDamaged: false }
  return { facts: { ...said, ...shown.facts }, isDamaged: said === undefined || shown.isDamaged }
}

/** Undefined where it is damaged. */
function serverHello(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const at = 35 + body.readUInt8(34)
    const { extensions } = readExtensions(body, at + 3)
    return { ja3s: md5([body.readUInt16BE(0), body.readUInt16BE(at), extensions.join("-")].join(",")) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The server's own certificate, up to TLS 1.2: names, and digests that bulletins list. */
function certificateFacts(body: Buffer): ServerFacts {
  const length = body.length < 6 ? 0 : body.readUIntBE(3, 3)
  const der = body.subarray(6, 6 + length)
  if (length === 0 || der.length < length) return { facts: {}, isDamaged: body.length < 3 || body.readUIntBE(0, 3) > 0 }
  const digests = Object.fromEntries(["md5", "sha1", "sha256"].map((name) => [name, createHash(name).update(der).digest("hex")]))
  const names = certificateNames(der)
  return { facts: { hash: digests, ...names }, isDamaged: names === undefined }
}

/** Undefined where it is not readable as a certificate: its digests stand all the same. */
function certificateNames(der: Buffer): Readonly<Record<string, unknown>> | undefined {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(der)
  } catch {
    return undefined
  }
  const { subject, issuer, subjectAltName, serialNumber } = certificate
  const names = (subjectAltName ?? "").split(", ").map((name) => name.replace(/^[A-Za-z ]+:/, ""))
  return {
    subject: subject?.replaceAll("\n", ", ") ?? "",
    issuer: issuer?.replaceAll("\n", ", ") ?? "",
    x509: { serial_number: serialNumber.toLowerCase(), alternative_names: names.filter((name) => name !== "") },
  }
}
