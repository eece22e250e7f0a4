// `sillage case pack|verify`: evidence that holds, made from a hunt's answer and checked again by anybody.
import { readFileSync, statSync } from "node:fs"
import { basename, dirname } from "node:path"
import { buildCommand, buildRouteMap } from "@stricli/core"
import { checkMinisign, minisign, readPublicKey, readSecretKey } from "../../export/evidence/minisign.js"
import { bundleBytesMax } from "../../export/evidence/tar.js"
import type { Profile } from "../../export/reports/profile.js"
import { sectorName } from "../../export/reports/sector.js"
import { uuidOf } from "../../export/rules/stable-id.js"
import { UsageError } from "../../model/problem.js"
import { type PackOptions, packCase, type Reporter } from "../case/pack.js"
import { type Verified, verifyCase } from "../case/verify.js"
import { checkOpenPgp, signOpenPgp } from "../deliver/openpgp.js"
import { savedAnswer, storedAnswer } from "../report/answer.js"
import { instantOf, readProfile } from "../report/config-files.js"
import { workspaceOf } from "../report/open-workspace.js"
import { writeFile } from "../report/written-file.js"
import { type CliContext, guarded, write } from "./context.js"
import { readIndicators } from "./read-indicators.js"
import { safe } from "./safe-text.js"

interface PackFlags {
  readonly input?: string
  readonly hunt?: string
  readonly bulletin?: readonly string[]
  readonly profile?: string
  readonly archive?: string
  readonly context?: number
  readonly id?: string
  readonly at?: string
  readonly sign?: string
  readonly signOpenpgp?: string
  readonly passwordFile?: string
  readonly out?: string
  readonly workspace?: string
  readonly json?: boolean
}

interface VerifyFlags {
  readonly archive?: string
  readonly inPlace?: boolean
  readonly publicKey?: string
  readonly json?: boolean
}

const text = (input: string): string => input
const contextDefault = 3
const contextMax = 1_000

const packCommand = buildCommand<PackFlags, [], CliContext>({
  docs: {
    brief: "Pack the records of a hunt with what proves them",
    fullDescription: [
      "Writes one tar file: every record found, with the lines around it, digests of the original files (read, never changed), the tool's",
      "version, the digest of the indicators, the parameters, the coverage, and a manifest that chains them. The same case gives the same bytes.",
      "",
      "Examples:",
      "  sillage case pack --out evidence/case.tar",
      "  sillage case pack --input hunt.ndjson --bulletin list.csv --archive /mnt/copy --context 5 --sign minisign.key --out case.tar",
      "",
      "The bundle holds the records as they are: accounts in clear. Hand it over as the marking allows.",
      "Exit codes: 0 packed, 2 wrong invocation or fatal error, 3 packed, but a record was not found again where the hunt found it.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      input: { kind: "parsed", parse: text, optional: true, brief: "Output of sillage hunt --json", placeholder: "FILE" },
      hunt: { kind: "parsed", parse: text, optional: true, brief: "Hunt of the workspace (default: latest)", placeholder: "ID" },
      bulletin: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Bulletin that was hunted (repeatable)",
        placeholder: "FILE",
      },
      profile: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Profile of the organisation (JSON): whose case it is",
        placeholder: "FILE",
      },
      archive: { kind: "parsed", parse: text, optional: true, brief: "Where the archive lies now, if it was moved", placeholder: "DIR" },
      context: {
        kind: "parsed",
        parse: lineCount,
        optional: true,
        brief: `Records before and after each (default ${contextDefault})`,
        placeholder: "N",
      },
      id: { kind: "parsed", parse: text, optional: true, brief: "Name of the case", placeholder: "TEXT" },
      at: { kind: "parsed", parse: text, optional: true, brief: "Time stated in the manifest (default: none)", placeholder: "INSTANT" },
      sign: { kind: "parsed", parse: text, optional: true, brief: "Sign with this secret key of minisign", placeholder: "FILE" },
      signOpenpgp: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Sign with this OpenPGP key (needs the package openpgp)",
        placeholder: "FILE",
      },
      passwordFile: { kind: "parsed", parse: text, optional: true, brief: "File with the key's password", placeholder: "FILE" },
      out: { kind: "parsed", parse: text, optional: true, brief: "The bundle (default: case.tar)", placeholder: "FILE" },
      workspace: { kind: "parsed", parse: text, optional: true, brief: "Folder of the workspace", placeholder: "DIR" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
    },
  },
  func(this: CliContext, flags: PackFlags): Promise<void> {
    return guarded(this, () => runPack(flags, this.version))
  },
})

const verifyCommand = buildCommand<VerifyFlags, [string], CliContext>({
  docs: {
    brief: "Check a bundle, and find its records again in the archive",
    fullDescription: [
      "Checks the chain of the manifest over every file, the signature if there is one and its key is given, and, with the archive at hand,",
      "the digest of every original and every record at its place.",
      "",
      "Examples:",
      "  sillage case verify case.tar",
      "  sillage case verify --public-key minisign.pub --archive /mnt/copy case.tar",
      "",
      "Exit codes: 0 everything asked for holds, 2 the bundle does not verify (or wrong invocation),",
      "3 the bundle is sound, but something of the archive is absent or changed, or a signature was not checked.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      archive: { kind: "parsed", parse: text, optional: true, brief: "Find every record again below this folder", placeholder: "DIR" },
      inPlace: { kind: "boolean", optional: true, withNegated: false, brief: "Find every record again where it was hunted" },
      publicKey: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Key of the signature: minisign (file or line) or OpenPGP (file)",
        placeholder: "KEY",
      },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
    },
    positional: { kind: "tuple", parameters: [{ parse: text, brief: "The bundle", placeholder: "FILE" }] },
  },
  func(this: CliContext, flags: VerifyFlags, file: string): Promise<void> {
    return guarded(this, () => runVerify(flags, file))
  },
})

export const caseRoutes = buildRouteMap<"pack" | "verify", CliContext>({
  routes: { pack: packCommand, verify: verifyCommand },
  docs: { brief: "Evidence of a hunt: pack it, check it" },
})

async function runPack(flags: PackFlags, version: string): Promise<number> {
  const workspace = workspaceOf(flags)
  try {
    const bulletins = flags.bulletin?.length ? (await readIndicators({ bulletin: flags.bulletin })).bulletins : []
    if (!flags.input && !workspace)
      throw new UsageError("nothing to pack: give --input FILE, or make a workspace with sillage init and hunt")
    const kept = flags.input
      ? await savedAnswer(flags.input)
      : storedAnswer(workspace as NonNullable<typeof workspace>, flags.hunt ?? "latest")
    const answer = bulletins.length > 0 ? { ...kept, bulletins } : kept
    const sign = signer(flags)
    const packed = await packCase(answer, {
      version,
      created: instantOf("--at", flags.at),
      caseId: flags.id ?? null,
      context: flags.context ?? contextDefault,
      archive: flags.archive,
      reporter: reporterOf(readProfile(flags.profile)),
      ...(sign ? { sign } : {}),
    })
    const out = flags.out ?? "case.tar"
    const written = writeFile(dirname(out), basename(out), packed.bytes)
    const { bytes: _, ...facts } = packed
    if (flags.json) await write(`${JSON.stringify({ type: "case", file: out, ...facts, size: written.bytes, sha256: written.sha256 })}\n`)
    else {
      const lines = [
        `${out}: ${packed.records} records of ${packed.originals} files, sha256 ${written.sha256}`,
        `head of the chain: ${packed.head}`,
        ...(packed.missing.length > 0
          ? [
              `NOT FOUND AGAIN at its place: ${packed.missing.length} records; the hunt's excerpt stands in the bundle. Was the archive moved (--archive) or changed?`,
            ]
          : []),
        sign ? "The manifest is signed." : "The manifest is not signed (--sign).",
      ]
      await write(`${lines.join("\n")}\n`)
    }
    return packed.missing.length > 0 ? 3 : 0
  } finally {
    workspace?.close()
  }
}

/** The same id as in the organisation's reports. */
function reporterOf({ organisation, tlp }: Profile): Reporter | null {
  if (organisation.name === "") return null
  const { name } = organisation
  return { organisation: uuidOf("organisation", name), name, sector: sectorName(organisation.sector) ?? null, tlp }
}

function signer(flags: PackFlags): PackOptions["sign"] {
  if (flags.sign !== undefined && flags.signOpenpgp !== undefined) throw new UsageError("give one of --sign and --sign-openpgp")
  const password = flags.passwordFile === undefined ? undefined : content(flags.passwordFile).replace(/\r?\n$/, "")
  if (flags.sign !== undefined) {
    const secret = understood(flags.sign, () => readSecretKey(content(flags.sign as string), password))
    return async (manifest) => ({ path: "manifest.json.minisig", text: minisign(manifest, secret, "file:manifest.json hashed") })
  }
  if (flags.signOpenpgp === undefined) return undefined
  const key = content(flags.signOpenpgp)
  return async (manifest) => ({ path: "manifest.json.asc", text: await signOpenPgp(manifest, key, password) })
}

async function runVerify(flags: VerifyFlags, file: string): Promise<number> {
  const verified = await verifyCase(bundleOf(file), flags.archive ?? (flags.inPlace ? "" : undefined))
  const signature = await signatureOf(verified, flags.publicKey)
  const faults = [...verified.faults, ...(signature.state === "wrong" ? [`signature: ${signature.words}`] : [])]
  const { archive } = verified
  const incomplete =
    archive !== undefined &&
    archive.originals.changed.length +
      archive.originals.absent.length +
      archive.records.changed.length +
      archive.records.absent.length +
      archive.records.unpacked >
      0
  const exit = faults.length > 0 ? 2 : incomplete || signature.state === "unchecked" ? 3 : 0
  if (flags.json) {
    await write(
      `${JSON.stringify({ type: "case-verification", file, sound: faults.length === 0, faults, signature, head: verified.manifest?.head ?? null, archive: archive ?? null, exit })}\n`,
    )
    return exit
  }
  const lines = [
    faults.length > 0
      ? `DOES NOT VERIFY: ${file}`
      : `The bundle is sound: ${file}, ${verified.manifest?.files.length} files, head ${verified.manifest?.head}`,
    ...faults.slice(0, 50).map((fault) => `  ${safe(fault, 300)}`),
    `Signature: ${signature.words}.`,
    ...(archive ? archiveLines(archive) : faults.length > 0 ? [] : ["The archive was not looked at (--archive DIR or --in-place)."]),
  ]
  await write(`${lines.join("\n")}\n`)
  return exit
}

function archiveLines({ originals, records }: NonNullable<Verified["archive"]>): readonly string[] {
  return [
    `Originals: ${originals.same} as they were, ${originals.changed.length} changed, ${originals.absent.length} absent.`,
    ...[
      ...originals.changed.map((path) => `  changed  ${safe(path, 200)}`),
      ...originals.absent.map((path) => `  absent   ${safe(path, 200)}`),
    ].slice(0, 50),
    `Records: ${records.found} found again at their place, ${records.changed.length} changed, ${records.absent.length} absent, ${records.unpacked} not found when packed.`,
  ]
}

interface SignatureCheck {
  readonly state: "none" | "good" | "wrong" | "unchecked"
  readonly words: string
}

async function signatureOf({ signature }: Verified, key: string | undefined): Promise<SignatureCheck> {
  if (!signature)
    return key === undefined ? { state: "none", words: "none" } : { state: "wrong", words: "there is none, though a key was given" }
  if (key === undefined) return { state: "unchecked", words: "there is one, and no key to check it with (--public-key)" }
  const isFile = statSync(key, { throwIfNoEntry: false })?.isFile() ?? false
  const material = isFile ? content(key) : key
  try {
    if (signature.path.endsWith(".minisig"))
      return {
        state: "good",
        words: `good, minisign, ${safe(checkMinisign(signature.signed, signature.text, readPublicKey(material)), 200)}`,
      }
    return { state: "good", words: `good, OpenPGP, key ${await checkOpenPgp(signature.signed, signature.text, material)}` }
  } catch (error) {
    if (error instanceof UsageError) throw error
    return { state: "wrong", words: (error as Error).message }
  }
}

function bundleOf(file: string): Uint8Array {
  try {
    if (statSync(file).size > bundleBytesMax) throw new UsageError(`${file} is larger than a bundle may be`)
    return readFileSync(file)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

function content(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

function understood<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`)
  }
}

function lineCount(input: string): number {
  const value = Number(input)
  if (!Number.isInteger(value) || value < 0 || value > contextMax) throw new Error(`${input} is no whole number from 0 to ${contextMax}`)
  return value
}
