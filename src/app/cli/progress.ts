// The progress line on a terminal's stderr: what is done, rate and time left; nothing when piped.
import type { HuntProgress, StepProgress } from "../../hunt/hunt.js"

/** Hits only where something is hunted, and only those of the hunt itself. */
export type Shown = (Omit<HuntProgress, "hits"> & Partial<Pick<HuntProgress, "hits">>) | StepProgress

export interface Progress {
  readonly show: (state: Shown) => void
  readonly end: () => void
}

/** Shows from the first second on, at most five times a second. Each pass has its own rate and time left, from its first state on. */
export function createProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet || !stream.isTTY) return { show: () => {}, end: () => {} }
  const started = Date.now()
  let began = started
  let pass: string | undefined
  let shown = 0
  let stands = false
  return {
    show(state) {
      const now = Date.now()
      if (state.pass !== pass) {
        pass = state.pass
        began = now
        shown = 0
      }
      if (now - started < 1000 || now - shown < 200) return
      shown = now
      stands = true
      const words = `${pass === undefined ? "" : `${pass}: `}${line(state, (now - began) / 1000)}`
      stream.write(`\r\x1b[2K${words.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    end() {
      if (stands) stream.write("\r\x1b[2K")
      stands = false
    },
  }
}

function line(state: Shown, seconds: number): string {
  const [done, all] = "steps" in state ? [state.steps, state.stepsTotal] : [state.bytes, state.bytesTotal]
  const rate = seconds > 0 ? done / seconds : 0
  const percent = all > 0 ? Math.floor((100 * done) / all) : 100
  const left = rate > 0 ? `${clock((all - done) / rate)} left` : "time left not known yet"
  if ("steps" in state) return `${percent} %  ${done} of ${all}  ${rate.toFixed(rate < 10 ? 1 : 0)}/s  ${left}`
  return `${percent} %  ${size(done)} of ${size(all)}  ${state.files}/${state.filesTotal} files  ${size(rate)}/s  ${left}${state.hits === undefined || state.pass !== undefined ? "" : `  ${state.hits} hits`}`
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
