// What the tests of this folder share: files made in a scratch folder, and a plain way to read everything in them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { Problem } from "../../../src/model/problem.js"
import type { WorkUnit } from "../../../src/model/work-unit.js"
import { type Block, discover, type Limits, openLeaves } from "../../../src/sources/files/files.js"

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "sillage-files-"))
  folders.push(folder)
  return folder
}

export interface ReadLeaf {
  readonly member: string | undefined
  readonly text: string
  readonly bytes: Uint8Array
  readonly problems: readonly Problem[]
  readonly searched: number
  readonly notSearched: number
  readonly empty: boolean
}

export async function unitOf(path: string): Promise<WorkUnit> {
  for await (const unit of discover([path])) return unit
  throw new Error(`nothing at ${path}`)
}

export function fileOf(content: Uint8Array, name = "x.log"): string {
  const path = join(scratch(), name)
  writeFileSync(path, content)
  return path
}

/** Reads a unit through a room of the given size; the accounts are checked against its size on the way. */
export async function readUnit(unit: WorkUnit, roomBytes = 1 << 16, limits: Partial<Limits> = {}): Promise<ReadLeaf[]> {
  const leaves: ReadLeaf[] = []
  for await (const leaf of openLeaves(unit, { limits })) {
    const bytes = await textOf(leaf.blocks.bind(leaf), roomBytes)
    const stored = await leaf.close()
    leaves.push({
      member: leaf.member,
      bytes,
      text: Buffer.from(bytes).toString("utf8"),
      problems: leaf.problems,
      empty: leaf.empty,
      ...stored,
    })
  }
  return leaves
}

export async function readContent(
  content: Uint8Array,
  name = "x.log",
  roomBytes = 1 << 16,
  limits: Partial<Limits> = {},
): Promise<ReadLeaf[]> {
  const leaves = await readUnit(await unitOf(fileOf(content, name)), roomBytes, limits)
  const sum = leaves.reduce((all, leaf) => all + leaf.searched + leaf.notSearched, 0)
  if (sum !== content.length) throw new Error(`accounts for ${sum} of ${content.length} bytes`)
  if (leaves.some((leaf) => leaf.searched < 0 || leaf.notSearched < 0)) throw new Error("negative account")
  return leaves
}

/** Puts the blocks together again, overlaps once, and checks the contract of every block. */
async function textOf(blocks: (room: () => Uint8Array) => AsyncGenerator<Block>, roomBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  let continues = false
  for await (const block of blocks(() => roomOf(roomBytes))) {
    const text = room.slice(0, block.length)
    check(block.length > 0 && block.length <= roomBytes, "length")
    check(block.partialLine === (continues || block.continues), "partialLine")
    check(continues ? block.offset <= length : block.offset === length && block.lineOffset === length, "offset")
    const lines = text.subarray(0, -1).filter((byte) => byte === 0x0a).length
    check(!block.partialLine || lines === 0, "a piece of one line")
    check(!block.continues || text.at(-1) !== 0x0a, "no newline inside a long line")
    parts.push(text.subarray(length - block.offset))
    length = block.offset + block.length
    continues = block.continues
    room.fill(0xee)
  }
  return Buffer.concat(parts)
}

let room = new Uint8Array(0)

/** A new view every time, as of a memory that has grown. */
function roomOf(bytes: number): Uint8Array {
  if (room.length !== bytes) room = new Uint8Array(bytes)
  return room.subarray(0)
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`block contract: ${what}`)
}

export function main(leaves: readonly ReadLeaf[]): ReadLeaf[] {
  return leaves.filter((leaf) => !leaf.empty)
}

export function codes(leaves: readonly ReadLeaf[]): string[] {
  return leaves.flatMap((leaf) => leaf.problems.map((problem) => problem.code))
}
