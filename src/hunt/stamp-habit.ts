// Reads the stamps of a file's lines without parsing the lines, for as long as that has been seen to give what the parser gives.
import type { Stamp } from "../model/time.js"
import { type FoundStamp, readStamp } from "../sources/time/stamp.js"
import { type Mould, mouldOf } from "../sources/time/stamp-mould.js"

/** Lines in a row on which both must have agreed, and how often it is asked again afterwards. */
const trustedAfter = 3
const askedEvery = 64
/** Stamps of so many kinds are read from the bytes. */
const mouldsMax = 4

export interface StampHabit {
  /** The stamp of a line. */
  of(line: string): Stamp | undefined
  /** The same from its bytes, text[start, end); undefined where `of` is to be asked. */
  quick(text: Uint8Array, start: number, end: number): Stamp | undefined
}

/** `parsed` is asked for the first lines, for one of many afterwards, and always where the short way finds nothing. */
export function habitualStamp(parsed: (line: string) => Stamp | undefined): StampHabit {
  let agreed = 0
  let broken = false
  let utc = false
  const moulds: Mould[] = []
  const learn = (line: string, found: FoundStamp, stamp: Stamp): void => {
    const mould = moulds.length < mouldsMax ? mouldOf(line, found, stamp) : undefined
    if (mould) moulds.push(mould)
  }
  return {
    of(line) {
      // No parser finds a time in words alone.
      if (!/\d/.test(line)) return undefined
      const read = broken ? undefined : readStamp(line)
      const found = read && utc && !read.stamp.offsets ? inUtc(read.stamp) : read?.stamp
      if (read && found && agreed >= trustedAfter && ++agreed % askedEvery !== 0) {
        learn(line, read, found)
        return found
      }
      const stamp = parsed(line)
      if (!found) return stamp
      if (stamp && isSame(found, stamp)) agreed++
      else if (stamp && agreed === 0 && !utc && isSame(inUtc(found), stamp)) utc = true
      else broken = true
      return stamp
    },
    quick(text, start, end) {
      if (broken || agreed < trustedAfter || (agreed + 1) % askedEvery === 0) return undefined
      for (const mould of moulds) {
        const stamp = mould(text, start, end)
        if (!stamp) continue
        agreed++
        return stamp
      }
      return undefined
    },
  }
}

/** As of a format whose times are in UTC by definition. */
function inUtc(stamp: Stamp): Stamp {
  return { ...stamp, offsets: [0], utc: true }
}

function isSame(a: Stamp, b: Stamp): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
