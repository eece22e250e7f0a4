// Running text: plain, Markdown or AsciiDoc, with or without defanged values. What everything else falls back to.
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import type { BulletinFormat } from "./format.js"

export const text: BulletinFormat = {
  name: "text",
  title: "Text, Markdown or AsciiDoc",
  recognize({ head, bytes }) {
    if (bytes.length === 0) return 0.05
    // Control characters other than white space mean that this is no text.
    const odd = head.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0
    if (odd > head.length * 0.02) return 0
    return /^(?:#{1,6} |={1,6} |[ \t]*[-*+] )/m.test(head) ? 0.6 : 0.2
  },
  parse(input, draft) {
    const whole = input.text()
    readMeaning(whole, input.name, draft)
    readProse(whole, { name: input.name }, draft)
  },
}
