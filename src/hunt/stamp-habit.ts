// Reads the stamps of a file's lines without parsing the lines, for as long as that has been seen to give what the parser gives.
import type { Stamp } from "../model/time.js"
import { readStamp } from "../sources/time/stamp.js"

type StampOf = (line: string) => Stamp | undefined

/** Lines in a row on which both must have agreed, and how often it is asked again afterwards. */
const trustedAfter = 3
const askedEvery = 64

/** `parsed` is asked for the first lines, for one of many afterwards, and always where the short way finds nothing. */
export function habitualStamp(parsed: StampOf): StampOf {
  let agreed = 0
  let broken = false
  let utc = false
  return (line) => {
    const plain = broken ? undefined : readStamp(line)?.stamp
    const found = plain && utc && !plain.offsets ? inUtc(plain) : plain
    if (found && agreed >= trustedAfter && ++agreed % askedEvery !== 0) return found
    const stamp = parsed(line)
    if (!found) return stamp
    if (stamp && isSame(found, stamp)) agreed++
    else if (stamp && agreed === 0 && !utc && isSame(inUtc(found), stamp)) utc = true
    else broken = true
    return stamp
  }
}

/** As of a format whose times are in UTC by definition. */
function inUtc(stamp: Stamp): Stamp {
  return { ...stamp, offsets: [0], utc: true }
}

function isSame(a: Stamp, b: Stamp): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
