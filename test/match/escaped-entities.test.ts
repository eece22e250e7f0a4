// What stands beside a token may be an entity only once its own characters are decoded: the reading in which it is one judges.
import { expect, test } from "vitest"
import { judge } from "./judge.js"

test.each([
  ["evil.example", "5~%6eo%26#11%36;evil.example"],
  ["2001:db8::9", "at 2001:d%628::9%26#58;b"],
  // The value needs three layers, in the order in which its neighbour still needs one.
  ["203.0.113.9", "at %2532&#48;3.0.113.9\\x252563a"],
  ["203.0.113.9", "at &#38;#38;#99;%2532&#48;3.0.113.9"],
])("%s is not found in %s", (value, text) => {
  expect(judge(value, text, {})).toBeUndefined()
})

test.each([
  ["evil.example", "a=5%26x=1;evil.example"],
  ["203.0.113.9", "at 203.0.113.9%26#58;80"],
  ["203.0.113.9", "at %2532&#48;3.0.113.9\\x252520a"],
  ["203.0.113.9", "at 203.0.113.9%2525252526a=1"],
])("%s is found in %s", (value, text) => {
  expect(judge(value, text, {})).toBeDefined()
})
