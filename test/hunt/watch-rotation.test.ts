// Whatever becomes of a log, every record is told of once: while the watch runs, and while it does not.
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { assetsOf, lineOf, Place, sleep } from "./watching.js"

/** A log of its own folder, with numbers of its own. */
class Log {
  readonly folder: string
  readonly #first: number

  constructor(folder: string, first: number) {
    this.folder = folder
    this.#first = first
    mkdirSync(folder, { recursive: true })
  }

  at(name: string): string {
    return join(this.folder, name)
  }

  append(name: string, ...numbers: readonly number[]): void {
    appendFileSync(this.at(name), numbers.map((one) => lineOf(this.#first + one)).join(""))
  }

  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to))
  }

  copyAndTruncate(from: string, to: string): void {
    copyFileSync(this.at(from), this.at(to))
    truncateSync(this.at(from))
  }

  compress(from: string, to: string): void {
    writeFileSync(this.at(to), gzipSync(readFileSync(this.at(from))))
    unlinkSync(this.at(from))
  }

  assets(...numbers: readonly number[]): readonly string[] {
    return assetsOf(...numbers.map((one) => this.#first + one))
  }
}

interface Rotation {
  readonly turn: (log: Log) => void
  /** The records that are there in all. */
  readonly all: readonly number[]
}

/** Each begins with app.log holding 1 to 3, searched, and 4, not yet. */
const rotations: Readonly<Record<string, Rotation>> = {
  "renamed and created anew": {
    turn(log) {
      log.rename("app.log", "app.log.1")
      log.append("app.log", 5, 6)
    },
    all: [1, 2, 3, 4, 5, 6],
  },
  "renamed, and still written under its new name": {
    turn(log) {
      log.rename("app.log", "app.log.1")
      log.append("app.log", 5)
      log.append("app.log.1", 6)
    },
    all: [1, 2, 3, 4, 5, 6],
  },
  "copied and truncated": {
    turn(log) {
      log.copyAndTruncate("app.log", "app.log.1")
      log.append("app.log", 5)
    },
    all: [1, 2, 3, 4, 5],
  },
  "copied and truncated, and grown beyond where it was": {
    turn(log) {
      log.copyAndTruncate("app.log", "app.log.1")
      log.append("app.log", 5, 6, 7, 8, 9, 10)
    },
    all: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  },
  "renamed and compressed": {
    turn(log) {
      log.rename("app.log", "app.log.1")
      log.compress("app.log.1", "app.log.1.gz")
      log.append("app.log", 5)
    },
    all: [1, 2, 3, 4, 5],
  },
  "compressed under a name with its date": {
    turn(log) {
      log.compress("app.log", "app-20260315.log.gz")
      log.append("app.log", 5)
    },
    all: [1, 2, 3, 4, 5],
  },
  "rotated twice": {
    turn(log) {
      log.rename("app.log", "app.log.1")
      log.append("app.log", 5)
      log.compress("app.log.1", "app.log.2.gz")
      log.rename("app.log", "app.log.1")
      log.append("app.log", 6)
    },
    all: [1, 2, 3, 4, 5, 6],
  },
  "left alone while others come": {
    turn(log) {
      log.append("other.log", 5)
      mkdirSync(log.at("below"))
      log.append("below/third.log", 6)
      log.append("app.log", 7)
    },
    all: [1, 2, 3, 4, 5, 6, 7],
  },
}

/** One watch over a folder for each rotation. */
function logsIn(place: Place): readonly (Rotation & { readonly name: string; readonly log: Log })[] {
  return Object.entries(rotations).map(([name, rotation], at) => {
    const log = new Log(join(place.logs, String(at)), 100 * at)
    log.append("app.log", 1, 2, 3)
    return { ...rotation, name, log }
  })
}

describe("while the watch runs, a log", () => {
  const place = new Place()
  const logs = logsIn(place)
  const total = logs.reduce((sum, { all }) => sum + all.length, 0)
  afterAll(() => place.leave())
  beforeAll(async () => {
    place.start()
    await place.until(() => place.assets().length === 3 * logs.length)
    for (const { log, turn } of logs) {
      log.append("app.log", 4)
      turn(log)
    }
    await place.until(() => place.assets().length >= total)
    await sleep(500)
  })

  for (const { name, log, all } of logs) {
    test(`${name} loses nothing and repeats nothing`, () => {
      const own = place.alerts().filter(({ example }) => example.source.path.startsWith(`${log.folder}/`))
      expect(own.flatMap(({ asset, count }) => Array(count).fill(asset)).sort()).toEqual(log.assets(...all))
    })
  }

  test("gives no problem by being rotated", () => {
    expect(place.assets()).toHaveLength(total)
    expect(place.problems).toEqual([])
  })
})

describe("while the watch is down, a log", () => {
  const place = new Place()
  const logs = logsIn(place)
  afterAll(() => place.leave())
  beforeAll(async () => {
    await place.once()
    for (const { log, turn } of logs) {
      log.append("app.log", 4)
      turn(log)
    }
    await place.once()
    await place.once()
  })

  for (const { name, log, all } of logs) {
    test(`${name} loses nothing and repeats nothing`, () => {
      const own = place.alerts().filter(({ example }) => example.source.path.startsWith(`${log.folder}/`))
      expect(own.flatMap(({ asset, count }) => Array(count).fill(asset)).sort()).toEqual(log.assets(...all))
    })
  }
})

describe("a log", () => {
  let place: Place
  let log: Log
  beforeEach(() => {
    place = new Place()
    log = new Log(place.logs, 0)
  })
  afterEach(() => place.leave())

  test("removed and created anew is read from its beginning", async () => {
    log.append("app.log", 1, 2)
    place.start()
    await place.until(() => place.assets().length === 2)
    unlinkSync(log.at("app.log"))
    log.append("app.log", 5, 6, 7)
    await place.until(() => place.assets().length >= 5)
    await sleep(300)
    expect(place.assets()).toEqual(assetsOf(1, 2, 5, 6, 7))
  })

  test("replaced by a folder goes on in it", async () => {
    log.append("app.log", 1)
    place.start()
    await place.until(() => place.assets().length === 1)
    unlinkSync(log.at("app.log"))
    mkdirSync(log.at("app.log"))
    log.append("app.log/part.log", 2)
    await place.until(() => place.assets().length >= 2)
    rmSync(log.at("app.log"), { recursive: true })
    log.append("app.log", 3)
    await place.until(() => place.assets().length >= 3)
    await sleep(300)
    expect(place.assets()).toEqual(assetsOf(1, 2, 3))
  })

  test("written line by line and byte by byte counts each line once", async () => {
    place.start()
    const text = lineOf(1) + lineOf(2)
    for (const part of text.match(/.{1,9}|\n/gs) ?? []) {
      appendFileSync(log.at("app.log"), part)
      await sleep(4)
    }
    await place.until(() => place.assets().length >= 2)
    appendFileSync(log.at("app.log"), lineOf(3).trimEnd())
    await place.until(() => place.assets().length >= 3)
    // The unfinished line was told of; what is added to it does not tell of it again.
    appendFileSync(log.at("app.log"), " bytes=12\n")
    log.append("app.log", 4)
    await place.until(() => place.assets().length >= 4)
    await sleep(300)
    expect(place.assets()).toEqual(assetsOf(1, 2, 3, 4))
  })

  test("whose inode another content took over is read from its beginning", async () => {
    log.append("app.log", 1, 2, 3)
    await place.once()
    const { ino } = statSync(log.at("app.log"))
    writeFileSync(log.at("app.log"), [5, 6, 7, 8].map((one) => lineOf(one)).join(""))
    expect(statSync(log.at("app.log")).ino).toBe(ino)
    await place.once()
    expect(place.assets()).toEqual(assetsOf(1, 2, 3, 5, 6, 7, 8))
  })

  test("that is compressed and has members appended is told of once for each record", async () => {
    writeFileSync(log.at("app.log.gz"), gzipSync(lineOf(1)))
    await place.once()
    appendFileSync(log.at("app.log.gz"), gzipSync(lineOf(2)))
    await place.once()
    expect(place.assets()).toEqual(assetsOf(1, 2))
  })

  test("keeps line numbers and header lines where the last part ended", async () => {
    const header = "#Fields: date time s-ip cs-uri-stem c-ip\n"
    const row = (number: number): string => `2026-03-15 08:00:0${number} 10.0.0.${number} /a 203.0.113.9\n`
    writeFileSync(log.at("iis.log"), header + row(1))
    await place.once()
    appendFileSync(log.at("iis.log"), row(2) + row(3))
    await place.once()
    const hits = place.alerts().map(({ example }) => [example.source.line, example.fields["source.ip"], example.time?.earliest])
    expect(hits).toEqual([
      [2, "203.0.113.9", "2026-03-15T08:00:01Z"],
      [3, "203.0.113.9", "2026-03-15T08:00:02Z"],
      [4, "203.0.113.9", "2026-03-15T08:00:03Z"],
    ])
  })

  test("in UTF-16 that grows is read in whole lines", async () => {
    const wide = (text: string): Buffer => Buffer.from(text, "utf16le")
    writeFileSync(log.at("wide.log"), Buffer.concat([Buffer.from([0xff, 0xfe]), wide(lineOf(1))]))
    await place.once()
    appendFileSync(log.at("wide.log"), wide(lineOf(2) + lineOf(3)))
    await place.once()
    expect(place.assets()).toEqual(assetsOf(1, 2, 3))
    expect(place.alerts().map(({ example }) => example.source.line)).toEqual([1, 2, 3])
  })
})
