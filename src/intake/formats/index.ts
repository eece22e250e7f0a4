// The registry of bulletin formats. A tie of certainty goes to the one that stands first.
import { certfrCsv } from "./certfr-csv.js"
import { csv } from "./csv.js"
import type { BulletinFormat } from "./format.js"
import { plainList } from "./list.js"
import { misp } from "./misp.js"
import { mispCsv } from "./misp-csv.js"
import { stix } from "./stix.js"
import { text } from "./text.js"

export const bulletinFormats: readonly BulletinFormat[] = [stix, misp, mispCsv, certfrCsv, csv, plainList, text]
