// Searches one text, the room or the side text, sub-chunk by sub-chunk, so that what the passes hand each other stays in the first-level cache.
import { harvesting } from "./asked"
import { passGrams } from "./grams"
import { beginHarvest, harvestSparse, harvestTokens } from "./harvest"
import { beginRare, passRare } from "./rare"
import { beginSparse, passSparse } from "./sparse"
import { beginTokens, keepHistory, newlines, passA, passB, SUB } from "./tokens"

/** Newlines in the text searched last. */
export let newlineCount: u32 = 0
/** For measuring: passes beyond this one are left out. 0 masks, 1 tokens, 2 sparse, 3 all. */
export let passes: u32 = 3
export function limitPasses(to: u32): void { passes = to }

/** The 128 bytes behind the text are overwritten with newlines. */
export function searchText(from: usize, length: u32): void {
  memory.fill(from + length, 10, 128)
  beginTokens()
  beginSparse()
  beginRare()
  beginHarvest()
  let bytes: usize = 0
  // One byte of padding at least is looked at, so that a token at the very end is seen to end.
  for (let done: usize = 0; done <= length; done += SUB) {
    const blocks = <i32>min<usize>((<usize>length - done + 64) >> 6, SUB >> 6)
    const start = from + done
    passA(start, blocks)
    if (harvesting) harvestTokens(start)
    if (passes > 0) passB(start)
    if (passes > 1) {
      if (harvesting) harvestSparse()
      passSparse()
      passRare()
      passGrams(start, start + (<usize>blocks << 6))
    }
    bytes += <usize>blocks << 6
    keepHistory(blocks)
  }
  // All behind the text are newlines.
  newlineCount = newlines - <u32>(bytes - length)
}
