// A format whose first line decides the meaning of all the others, without a mark that tells it from a record.
import type { LogFormat } from "../log-format.js"

export interface HeadedFormat extends LogFormat {
  /** The format as it reads the file that begins so. */
  forHead(head: Uint8Array): LogFormat
}
