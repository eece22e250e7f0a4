// Whether a file is Sillage's own work: a report, an export, the text of an answer (semantics 10.4). Its hits are an echo, never contact.
// Only what such a file must begin with counts, and never a mark somewhere in it: a log whose writer could mark it so would hide its hits.

const headChars = 64 * 1024
/** How far from its beginning a file says who made it. */
const introChars = 8192

const tlp = String.raw`TLP:(?:RED|AMBER(?:\\?\+STRICT)?|GREEN|CLEAR)`

/** What the file begins with, and what must follow in its introduction. */
const kinds: readonly (readonly [begins: RegExp, says: RegExp])[] = [
  // Rules, lists and queries of `sillage export`, under any mark of a comment.
  [/^(?:[#;!%]|\/\/|--|\/\*|<!--)? ?Sillage export of \d/, /\n(?:[#;!%]|\/\/|--)? ?Bulletin: /],
  [new RegExp(String.raw`^\*\*${tlp}\*\*\n\n# `), /Sillage \d+\\\.\d+/],
  [/^<!doctype html>\n<html lang="(?:en|fr)">/, new RegExp(String.raw`<title>${tlp} · [^<]*</title>`)],
  [/^type,value,bulletin,valid_from,valid_until,confidence,tlp,/, /^/],
  [/^(?:network|name),indicator,bulletin,valid_until\n/, /^/],
  [/^"tlp","id","class","indicator_type","indicator"/, /^/],
  [/^"datetime","timestamp_desc",[^\n]{1,300},"indicator","indicator_type","class",/, /^/],
  [/^\{\s*"type": ?"sillage-report"/, /^/],
  [/^\{\s*"type": ?"bundle"/, /"(?:name|abstract)": ?"Sillage/],
  [/^\{\s*"Event": ?\{\s*"uuid"/, /"name": ?"Sillage|"info": ?"SIL-\d{8}-/],
  [/^<\?xml [^>]*\?>\n<IODEF-Document /, /\bSillage\b|>SIL-\d{8}-[\dA-F]{8}</],
  // The answer of `sillage hunt` as people read it.
  [
    /^(?:INTERRUPTED: [^\n]*\n)?(?:FOUND|NOT FOUND)(?: in what could be searched)?: /,
    /\nSearched [\d.]+ [kMGT]?B of [\d.]+ [kMGT]?B: \d+ files wholly/,
  ],
]

export function isOwnOutput(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headChars)).toString("utf8")
  return kinds.some(([begins, says]) => begins.test(text.slice(0, introChars)) && says.test(text))
}
