// The progress line on a terminal's stderr: bytes, files, rate and time left; nothing when piped.
import type { HuntProgress } from "../../hunt/hunt.js"

/** Hits only where something is hunted. */
export type Shown = Omit<HuntProgress, "hits"> & Partial<Pick<HuntProgress, "hits">>

export interface Progress {
  readonly show: (state: Shown) => void
  readonly end: () => void
}

/** Shows from the first second on, at most five times a second. */
export function createProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet || !stream.isTTY) return { show: () => {}, end: () => {} }
  const started = Date.now()
  let shown = 0
  return {
    show(state) {
      const now = Date.now()
      if (now - started < 1000 || now - shown < 200) return
      shown = now
      stream.write(`\r\x1b[2K${line(state, (now - started) / 1000).slice(0, (stream.columns ?? 80) - 1)}`)
    },
    end() {
      if (shown > 0) stream.write("\r\x1b[2K")
    },
  }
}

function line(state: Shown, seconds: number): string {
  const rate = state.bytes / seconds
  const left = rate > 0 ? (state.bytesTotal - state.bytes) / rate : 0
  const percent = state.bytesTotal > 0 ? Math.floor((100 * state.bytes) / state.bytesTotal) : 100
  return `${percent} %  ${size(state.bytes)} of ${size(state.bytesTotal)}  ${state.files}/${state.filesTotal} files  ${size(rate)}/s  ${clock(left)} left${state.hits === undefined ? "" : `  ${state.hits} hits`}`
}

/** Bytes for people: 1.2 GB. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"]
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60)
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`
}
