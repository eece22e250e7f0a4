// Waiting that can be cut short.

/** Ends after so many milliseconds, or as soon as the signal is aborted; it never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal?.aborted) return resume()
    const wake = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", wake)
      resume()
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener("abort", wake)
  })
}
