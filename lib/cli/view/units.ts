/** Bytes as Windows counts them: 1 KB = 1024 bytes. `812 B`, `14.6 KB`, `3.2 GB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${Math.round(count)} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = count
  let unit = -1
  do {
    value /= 1024
    unit += 1
  } while (Number(value.toFixed(1)) >= 1024 && unit < units.length - 1)
  return `${value.toFixed(value < 100 ? 1 : 0)} ${units[unit]!}`
}

/** A span: `0 s`, `0.8 s`, `42 s`, `3 min 20 s`, `1 h 05 min`, `2 d 3 h`. Milliseconds, ≥ 0. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 9_950) return `${(Math.max(ms, 50) / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A rate as lines are sold: 1 kbit = 1000 bit. `512 kbit/s`, `2 Mbit/s`, `1.5 Mbit/s`. */
export function rate(kbitPerS: number): string {
  return kbitPerS < 1000 ? `${kbitPerS} kbit/s` : `${Number((kbitPerS / 1000).toFixed(1))} Mbit/s`
}

/** `1 site`, `3 sites`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

const pad = (n: number): string => String(n).padStart(2, '0')
