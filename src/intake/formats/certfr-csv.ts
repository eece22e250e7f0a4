// The signature CSV of CERT-FR: twenty columns, two headings misspelt (`siganture.value`, `metedata`), the indicator in the component's value.
import { roleOfHeading } from "../columns.js"
import { layoutOf, readTable } from "../table.js"
import type { BulletinFormat } from "./format.js"

export const certfrCsv: BulletinFormat = {
  name: "certfr-csv",
  title: "CERT-FR signature CSV",
  recognize({ head }) {
    const first = head.slice(0, 4096).split(/\r?\n/, 1)[0]!
    return /event\.uuid/.test(first) && /signature_component\.value/.test(first) ? 1 : 0
  },
  parse(input, draft) {
    const layout = layoutOf(input.head)
    if (!layout) {
      draft.problem("malformed", input.name, "no row under the headings")
      return
    }
    const headings = input.head
      .replace(/^\ufeff/, "")
      .split(/\r?\n/, 1)[0]!
      .split(layout.delimiter)
    // The signature's own value is empty in the files seen; where a later one fills it, both count. The type is the component's.
    const roles = headings.map((heading) =>
      heading.trim() === "signature.type" ? ({ kind: "ignored" } as const) : (roleOfHeading(heading) ?? ({ kind: "ignored" } as const)),
    )
    const published = /CERTFR-\d{4}-[A-Z]{3}-\d{3}/.exec(input.name)
    if (published) draft.reference(published[0])
    draft.publisher ??= "CERT-FR"
    readTable(input.pieces(), input.name, { ...layout, headed: true, roles }, draft)
  },
}
