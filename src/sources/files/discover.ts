// Lists what there is to read: paths as given, directories walked in byte order of names. It never opens a file, and never writes.
import { createHash } from "node:crypto"
import { type BigIntStats, promises as fs } from "node:fs"
import { resolve } from "node:path"
import type { WorkUnit } from "../../model/work-unit.js"

/** Directories deeper than this are reported and not entered. */
const depthMax = 256

/**
 * One unit per file, in stable order. A link given as a path is followed. Links met while walking come after the rest of the walk: one to a
 * file or folder that was listed by another way is no more than a second name, one to another regular file is followed, one to another folder
 * is reported. What cannot be read or listed, and what is no regular file, comes as a unit with a `problem`. `-` is standard input, of size 0.
 */
export async function* discover(paths: readonly string[]): AsyncGenerator<WorkUnit> {
  const walk: Walk = { names: new Set(), inodes: new Set(), links: [] }
  for (const path of paths) {
    if (path === "-") yield unit(path, "-", undefined)
    else yield* given(path, walk)
  }
  for (const link of walk.links) yield* followed(link, walk)
}

interface Walk {
  /** Absolute names of the files listed. */
  readonly names: Set<string>
  /** Device and inode of the files and folders listed. */
  readonly inodes: Set<string>
  readonly links: Entry[]
}

/** `path` is bytes, since a name need not be valid UTF-8; `shown` is what people read. */
interface Entry {
  readonly path: Buffer
  readonly shown: string
}

async function* given(path: string, walk: Walk): AsyncGenerator<WorkUnit> {
  const entry = { path: Buffer.from(path), shown: path }
  const stat = await statOf(entry.path, fs.stat)
  if (stat instanceof Error) yield broken(path, `cannot be read: ${stat.message}`)
  else if (stat.isDirectory()) yield* folder(entry, stat, walk, 0)
  else yield* file(entry, stat, walk)
}

async function* folder(entry: Entry, stat: BigIntStats, walk: Walk, depth: number): AsyncGenerator<WorkUnit> {
  if (walk.inodes.has(identity(stat))) return
  walk.inodes.add(identity(stat))
  if (depth > depthMax) {
    yield broken(entry.shown, `more than ${depthMax} folders deep: not entered; name it on the command line`, "limit")
    return
  }
  const names = await namesOf(entry.path)
  if (names instanceof Error) {
    yield broken(entry.shown, `folder cannot be listed: ${names.message}`)
    return
  }
  const shown = entry.shown.endsWith("/") ? entry.shown : `${entry.shown}/`
  for (const name of names) yield* met({ path: join(entry.path, name), shown: shown + name.toString("utf8") }, walk, depth)
}

async function* met(entry: Entry, walk: Walk, depth: number): AsyncGenerator<WorkUnit> {
  const stat = await statOf(entry.path, fs.lstat)
  if (stat instanceof Error) yield broken(entry.shown, `cannot be read: ${stat.message}`)
  else if (stat.isDirectory()) yield* folder(entry, stat, walk, depth + 1)
  else if (stat.isSymbolicLink()) walk.links.push(entry)
  else yield* file(entry, stat, walk)
}

async function* followed(link: Entry, walk: Walk): AsyncGenerator<WorkUnit> {
  const stat = await statOf(link.path, fs.stat)
  if (stat instanceof Error) yield broken(link.shown, `link leads nowhere: ${stat.message}`)
  else if (walk.inodes.has(identity(stat))) return
  else if (stat.isDirectory()) yield broken(link.shown, "link to a folder outside: not followed; name the folder itself", "unsupported")
  else yield* file(link, stat, walk)
}

async function* file(entry: Entry, stat: BigIntStats, walk: Walk): AsyncGenerator<WorkUnit> {
  if (!stat.isFile()) {
    yield broken(entry.shown, `${kindOf(stat)}, not a file: not read`, "unsupported")
    return
  }
  // The same path given twice is read once; a hard link is a file of its own, as a copy is.
  const name = resolve(entry.path.toString("latin1"))
  if (walk.names.has(name)) return
  walk.names.add(name)
  walk.inodes.add(identity(stat))
  yield unit(entry.shown, openable(entry.path), stat)
}

function unit(shown: string, file: string, stat: BigIntStats | undefined): WorkUnit {
  const size = Number(stat?.size ?? 0n)
  const mtimeMs = Number((stat?.mtimeNs ?? 0n) / 1000n) / 1000
  return { id: digest(shown, size, mtimeMs), path: shown, file, size, mtimeMs }
}

function broken(shown: string, message: string, code: "unreadable" | "unsupported" | "limit" = "unreadable"): WorkUnit {
  return { id: digest(shown, 0, 0), path: shown, file: shown, size: 0, mtimeMs: 0, problem: { code, message } }
}

/** Equal on every machine that sees the same file under the same path. */
export function digest(path: string, size: number, mtimeMs: number, part = ""): string {
  return createHash("sha256").update(`${path}\0${size}\0${mtimeMs}\0${part}`).digest("hex").slice(0, 32)
}

/** A unit is a plain value, so its file is text: names that are not UTF-8 are carried as latin1 behind a mark that no path holds. */
const bytesMark = "\0bytes:"

function openable(path: Buffer): string {
  const text = path.toString("utf8")
  return Buffer.from(text, "utf8").equals(path) ? text : bytesMark + path.toString("latin1")
}

/** What `fs` opens for a unit's `file`. */
export function pathOf(file: string): string | Buffer {
  return file.startsWith(bytesMark) ? Buffer.from(file.slice(bytesMark.length), "latin1") : file
}

async function namesOf(folder: Buffer): Promise<Buffer[] | Error> {
  try {
    return (await fs.readdir(folder, { encoding: "buffer" })).sort(Buffer.compare)
  } catch (error) {
    return error as Error // becomes the unit's problem
  }
}

async function statOf(path: string | Buffer, stat: typeof fs.stat | typeof fs.lstat): Promise<BigIntStats | Error> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    return error as Error // becomes the unit's problem
  }
}

function join(folder: Buffer, name: Buffer): Buffer {
  return folder[folder.length - 1] === 0x2f ? Buffer.concat([folder, name]) : Buffer.concat([folder, Buffer.from("/"), name])
}

function identity(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFIFO()) return "named pipe"
  if (stat.isSocket()) return "socket"
  return "device"
}
