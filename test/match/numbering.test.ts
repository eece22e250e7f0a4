// Version numbers and object identifiers of four parts look like addresses: they are mentions, and addresses beside them stay what they are.
import { expect, test } from "vitest"
import { verdict } from "./judge.js"

const address = "203.0.113.9"

test.each([
  ['{"FileVersion":"203.0.113.9"}', "mention"],
  ["product_version=203.0.113.9 build=7", "mention"],
  ['"AttributeSyntaxOID":"203.0.113.9"', "mention"],
  ["oid=203.0.113.9", "mention"],
  ["C:\\Program Files (x86)\\Example\\Update\\203.0.113.9\\update.exe", "mention"],
  ['{"Image":"C:\\\\Program Files\\\\Example\\\\203.0.113.9\\\\a.exe"}', "mention"],
  // The host of a UNC path, escapes of white space, other fields.
  ["\\\\203.0.113.9\\share\\file", "exact"],
  ['{"Details":"\\\\\\\\203.0.113.9\\\\share"}', "exact"],
  ["net use \\\\203.0.113.9\\c$", "exact"],
  ['{"m":"a\\t203.0.113.9\\tb"}', "exact"],
  ["version 2 of 203.0.113.9", "exact"],
  ["ip=203.0.113.9 version=4", "exact"],
  ["from 203.0.113.9, version=203.0.113.9", "exact"],
])("%s", (text, wanted) => {
  expect(verdict(address, text)).toBe(wanted)
})
