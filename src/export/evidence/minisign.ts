// Signatures as minisign makes and checks them: Ed25519 over BLAKE2b-512, with a trusted comment. Keys are the user's own files.
import { createHash, createPrivateKey, createPublicKey, scryptSync, sign, timingSafeEqual, verify } from "node:crypto"

export interface MinisignSecret {
  readonly keyNumber: Uint8Array
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

export interface MinisignPublic {
  readonly keyNumber: Uint8Array
  readonly publicKey: Uint8Array
}

const secretBytes = 158
/** libsodium's "sensitive" limits need 1 GiB; nothing above is taken from a file. */
const memoryMax = 1_200 * 1024 * 1024

/** Throws an Error in words for the user where the file is none, or the password wrong. */
export function readSecretKey(text: string, password: string | undefined): MinisignSecret {
  const bytes = keyBytes(text, secretBytes, "secret key")
  const algorithm = bytes.toString("latin1", 0, 2)
  const kdf = bytes.toString("latin1", 2, 4)
  if (algorithm !== "Ed" || bytes.toString("latin1", 4, 6) !== "B2") throw new Error("not a secret key of minisign")
  const sealed = Buffer.from(bytes.subarray(54))
  if (kdf === "Sc") {
    if (password === undefined) throw new Error("the secret key is encrypted: its password is needed")
    const stream = scrypt(password, bytes.subarray(6, 38), bytes.readBigUInt64LE(38), bytes.readBigUInt64LE(46), sealed.length)
    for (let at = 0; at < sealed.length; at++) sealed[at] = (sealed[at] as number) ^ (stream[at] as number)
  } else if (kdf !== "\0\0") throw new Error("the secret key is encrypted in an unknown way")
  const seed = sealed.subarray(8, 40)
  const publicKey = publicOf(seed)
  // The file's own checksum is BLAKE2b-256, which Node lacks; the public half beside the seed proves the password just as well.
  if (!timingSafeEqual(publicKey, sealed.subarray(40, 72))) throw new Error(kdf === "Sc" ? "wrong password" : "the secret key is damaged")
  return { keyNumber: sealed.subarray(0, 8), seed, publicKey }
}

/** Takes the file's text or its base64 line alone. */
export function readPublicKey(text: string): MinisignPublic {
  const bytes = keyBytes(text, 42, "public key")
  if (bytes.toString("latin1", 0, 2) !== "Ed") throw new Error("not a public key of minisign")
  return { keyNumber: bytes.subarray(2, 10), publicKey: bytes.subarray(10) }
}

/** The text of a `.minisig` file; the same for the same content, key and comment. */
export function minisign(content: Uint8Array, secret: MinisignSecret, trustedComment: string): string {
  if (/[\r\n]/.test(trustedComment)) throw new Error("a trusted comment is one line")
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), secret.seed]),
    format: "der",
    type: "pkcs8",
  })
  const signature = sign(null, prehash(content), key)
  const whole = sign(null, Buffer.concat([signature, Buffer.from(trustedComment, "utf8")]), key)
  const line = Buffer.concat([Buffer.from("ED", "latin1"), secret.keyNumber, signature]).toString("base64")
  return `untrusted comment: signature of a case by Sillage\n${line}\ntrusted comment: ${trustedComment}\n${whole.toString("base64")}\n`
}

/** The trusted comment of a good signature; throws an Error that says what is wrong. */
export function checkMinisign(content: Uint8Array, signatureText: string, known: MinisignPublic): string {
  const [, line, comment, whole] = signatureText.split("\n")
  const bytes = Buffer.from(line ?? "", "base64")
  const trusted = /^trusted comment: (.*)$/.exec(comment ?? "")?.[1]
  if (bytes.length !== 74 || trusted === undefined || whole === undefined) throw new Error("not a signature of minisign")
  if (!timingSafeEqual(bytes.subarray(2, 10), known.keyNumber)) throw new Error("signed with another key")
  const algorithm = bytes.toString("latin1", 0, 2)
  if (algorithm !== "ED" && algorithm !== "Ed") throw new Error("not a signature of minisign")
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), known.publicKey]),
    format: "der",
    type: "spki",
  })
  const signature = bytes.subarray(10)
  if (!verify(null, algorithm === "ED" ? prehash(content) : content, key, signature)) throw new Error("the signature is wrong")
  if (!verify(null, Buffer.concat([signature, Buffer.from(trusted, "utf8")]), key, Buffer.from(whole, "base64")))
    throw new Error("the trusted comment was changed")
  return trusted
}

function prehash(content: Uint8Array): Buffer {
  return createHash("blake2b512").update(content).digest()
}

function publicOf(seed: Uint8Array): Buffer {
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8",
  })
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(12)
}

/** As libsodium picks the parameters from its two limits (crypto_pwhash_scryptsalsa208sha256). */
function scrypt(password: string, salt: Uint8Array, operations: bigint, memory: bigint, length: number): Uint8Array {
  const r = 8
  const ops = operations < 32_768n ? 32_768n : operations
  const byOperations = ops < memory / 32n
  const nMax = byOperations ? ops / BigInt(r * 4) : memory / BigInt(r * 128)
  let log = 1
  while (log < 63 && 1n << BigInt(log) <= nMax / 2n) log++
  const N = 2 ** log
  const p = byOperations ? 1 : Math.max(1, Number(ops / 4n / BigInt(N)) / r)
  if (128 * N * r > memoryMax) throw new Error("the secret key asks for more memory than is given for it")
  return scryptSync(password, salt, length, { N, r, p: Math.floor(p), maxmem: memoryMax + 64 * 1024 * 1024 })
}

function keyBytes(text: string, length: number, what: string): Buffer {
  const line = text.split("\n").find((one) => one.trim() !== "" && !one.startsWith("untrusted comment:")) ?? ""
  const bytes = Buffer.from(line.trim(), "base64")
  if (bytes.length !== length) throw new Error(`not a ${what} of minisign`)
  return bytes
}
