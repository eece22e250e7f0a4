// An evidence bundle: the same files are the same bytes, and no byte, file or order changes unseen.
import { execFileSync } from "node:child_process"
import { generateKeyPairSync, randomBytes, scryptSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkManifest, type Manifest, makeManifest, manifestBytes } from "../../../src/export/evidence/manifest.js"
import { checkMinisign, minisign, readPublicKey, readSecretKey } from "../../../src/export/evidence/minisign.js"
import { type BundleFile, packTar, readTar } from "../../../src/export/evidence/tar.js"

const files: readonly BundleFile[] = [
  { path: "a.txt", bytes: Buffer.from("one\n") },
  { path: "b.txt", bytes: Buffer.alloc(512, 7) },
  { path: "c.txt", bytes: Buffer.alloc(0) },
]
const facts = { tool: "sillage 0", created: null, case: "C-1", indicators: null, hunt: { since: null } }

function bundle(own = files, manifest: Manifest = makeManifest(facts, files)): readonly BundleFile[] {
  return [{ path: "manifest.json", bytes: manifestBytes(manifest) }, ...own]
}

const faultsOf = (own: readonly BundleFile[]) => checkManifest(own).faults

describe("the container", () => {
  test("gives back what went in, twice the same bytes", () => {
    const packed = packTar(bundle())
    expect(Buffer.compare(packed, packTar(bundle()))).toBe(0)
    const read = readTar(packed) as readonly BundleFile[]
    expect(read.map(({ path, bytes }) => [path, bytes.length])).toEqual(bundle().map(({ path, bytes }) => [path, bytes.length]))
    expect(faultsOf(read)).toEqual([])
  })

  test("says what is wrong with it", () => {
    const packed = packTar(bundle())
    expect(readTar(packed.subarray(0, 700))).toContain("cut off")
    expect(readTar(Buffer.concat([packed, Buffer.from("x")]))).toContain("behind the end")
    expect(readTar(Buffer.alloc(1024, 65))).toContain("no tar header")
    expect(readTar(new Uint8Array(0))).toContain("cut off")
  })

  test("does not verify with any single byte changed", () => {
    const packed = packTar(bundle())
    for (let at = 0; at < packed.length; at += 7) {
      const changed = Buffer.from(packed)
      changed[at] = (changed[at] as number) ^ 0x20
      const read = readTar(changed)
      const sound = typeof read !== "string" && faultsOf(read).length === 0
      // Padding behind a file's content belongs to no file: a change there changes nothing that is read.
      const meaning =
        typeof read !== "string" &&
        read.every(
          (file, index) => file.path === bundle()[index]?.path && Buffer.compare(file.bytes, bundle()[index]?.bytes as Uint8Array) === 0,
        )
      expect(sound).toBe(meaning)
    }
  })
})

describe("the chain", () => {
  test("sees a changed file", () =>
    expect(faultsOf(bundle([{ path: "a.txt", bytes: Buffer.from("two\n") }, ...files.slice(1)]))).toEqual(["a.txt was changed"]))
  test("sees a removed file", () => expect(faultsOf(bundle(files.slice(1)))).toContain("a.txt is missing"))
  test("sees an added file", () =>
    expect(faultsOf(bundle([...files, { path: "d", bytes: Buffer.from("x") }]))).toEqual(["d is not in the manifest"]))
  test("sees a file twice", () => expect(faultsOf(bundle([...files, files[0] as BundleFile]))).toContain("a file occurs twice"))
  test("sees files in another order", () =>
    expect(faultsOf(bundle([files[1], files[0], files[2]] as BundleFile[])).join()).toContain("another place"))

  test("sees a manifest in another order, even where the files follow", () => {
    const made = makeManifest(facts, files)
    const [a, b, c] = made.files
    const turned = { ...made, files: [b, a, c] } as Manifest
    expect(faultsOf(bundle([files[1], files[0], files[2]] as BundleFile[], turned))).toContain("the chain breaks at b.txt")
  })

  test("sees an entry removed with its file, and other facts", () => {
    const made = makeManifest(facts, files)
    expect(faultsOf(bundle(files.slice(1), { ...made, files: made.files.slice(1) }))).toContain("the chain breaks at b.txt")
    expect(faultsOf(bundle(files.slice(0, 2), { ...made, files: made.files.slice(0, 2) }))).toContain("the head of the chain differs")
    expect(faultsOf(bundle(files, { ...made, tool: "other" }))).toContain("the chain breaks at a.txt")
  })

  test("sees a manifest that is none", () => {
    expect(faultsOf(files)).toEqual(["manifest.json is missing"])
    expect(faultsOf([{ path: "manifest.json", bytes: Buffer.from("{}") }])).toEqual(["manifest.json is no manifest of a case"])
    expect(faultsOf([{ path: "manifest.json", bytes: Buffer.concat([manifestBytes(makeManifest(facts, [])), Buffer.from(" ")]) }])).toEqual(
      ["manifest.json is not written as the tool writes it"],
    )
  })
})

describe("minisign", () => {
  const content = Buffer.from("what is signed\n")

  test("a signature holds for its content, key and comment alone", () => {
    const { secret, publicText } = keyPair()
    const signature = minisign(content, readSecretKey(secret, undefined), "file:x hashed")
    expect(minisign(content, readSecretKey(secret, undefined), "file:x hashed")).toBe(signature)
    expect(checkMinisign(content, signature, readPublicKey(publicText))).toBe("file:x hashed")
    expect(() => checkMinisign(Buffer.from("other"), signature, readPublicKey(publicText))).toThrow("the signature is wrong")
    expect(() => checkMinisign(content, signature.replace("file:x", "file:y"), readPublicKey(publicText))).toThrow("comment was changed")
    expect(() => checkMinisign(content, signature, readPublicKey(keyPair().publicText))).toThrow("another key")
    expect(() => checkMinisign(content, "x", readPublicKey(publicText))).toThrow("not a signature")
  })

  test("an encrypted key opens with its password alone", () => {
    const { secret, publicText } = keyPair("right")
    expect(checkMinisign(content, minisign(content, readSecretKey(secret, "right"), "c"), readPublicKey(publicText))).toBe("c")
    expect(() => readSecretKey(secret, "wrong")).toThrow("wrong password")
    expect(() => readSecretKey(secret, undefined)).toThrow("its password is needed")
    expect(() => readSecretKey("nothing", undefined)).toThrow("not a secret key")
  })

  test("its own program takes the signature, where it is installed", (context) => {
    if (!installed("minisign")) return context.skip("minisign is not installed")
    const folder = mkdtempSync(join(tmpdir(), "sillage-minisign-"))
    try {
      const { secret, publicText } = keyPair()
      writeFileSync(join(folder, "x"), content)
      writeFileSync(join(folder, "x.minisig"), minisign(content, readSecretKey(secret, undefined), "file:x hashed"))
      writeFileSync(join(folder, "key.pub"), publicText)
      const said = execFileSync("minisign", ["-V", "-m", join(folder, "x"), "-p", join(folder, "key.pub")], { encoding: "utf8" })
      expect(said).toContain("Signature and comment signature verified")
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

function installed(program: string): boolean {
  try {
    execFileSync(program, ["-v"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** Key files as minisign writes them; with a password under small limits, so that the test is quick. */
function keyPair(password?: string): { readonly secret: string; readonly publicText: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32)
  const open = publicKey.export({ format: "der", type: "spki" }).subarray(-32)
  const number = randomBytes(8)
  const inner = Buffer.concat([number, seed, open, Buffer.alloc(32)])
  const salt = randomBytes(32)
  const limits = Buffer.alloc(16)
  limits.writeBigUInt64LE(password === undefined ? 0n : 32_768n, 0)
  limits.writeBigUInt64LE(password === undefined ? 0n : 16_777_216n, 8)
  if (password !== undefined) {
    // libsodium: 32,768 operations below 16 MiB/32 give N = 2^10, r = 8, p = 1.
    const stream = scryptSync(password, salt, inner.length, { N: 1024, r: 8, p: 1 })
    for (let at = 0; at < inner.length; at++) inner[at] = (inner[at] as number) ^ (stream[at] as number)
  }
  const kdf = password === undefined ? "\0\0" : "Sc"
  const secret = Buffer.concat([Buffer.from(`Ed${kdf}B2`, "latin1"), salt, limits, inner])
  return {
    secret: `untrusted comment: minisign encrypted secret key\n${secret.toString("base64")}\n`,
    publicText: `untrusted comment: minisign public key\n${Buffer.concat([Buffer.from("Ed"), number, open]).toString("base64")}\n`,
  }
}
