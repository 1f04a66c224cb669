/** What crossed the emulated line in one span, as `emulator.py` counts it; instants in seconds. */
export type Span = {
  readonly connections: number
  readonly exchanges: number
  readonly bytes_up: number
  readonly bytes_down: number
  readonly packets_up: number
  readonly packets_down: number
  readonly dropped_up: number
  readonly dropped_down: number
  /** Packets that the line lost, as it was told to. */
  readonly lost: number
  /** The most IP bytes that left home within any two seconds. */
  readonly most_up_2_s: number
  readonly first: number | null
  readonly last_up: number | null
  readonly last_down: number | null
}

/** One row of the benchmark. Bytes are IP bytes on the line, `Up` is towards the site. */
export type Figures = {
  readonly seconds: number
  /** Seconds by round trips of the line. */
  readonly roundTrips: number
  /** How often home had to wait for the site: something sent, and an answer a round trip later. */
  readonly exchanges: number
  readonly bytesUp: number
  readonly bytesDown: number
  /** TCP connections opened. */
  readonly connections: number
}

export const rows = ['cold', 'warm', 'previewThenUp', 'openssh'] as const
export type Row = (typeof rows)[number]
export type Report = { readonly [row in Row]: Figures }

/** Figures of a span. `seconds`: default from the first packet to the last answer that reached home, without `computeMs` of the host's own work. */
export function figuresOf(
  span: Span,
  rttMs: number,
  how: { readonly computeMs?: number; readonly seconds?: number } = {},
): Figures {
  const onTheLine = (span.last_down ?? 0) - (span.first ?? 0) - (how.computeMs ?? 0) / 1000
  const seconds = how.seconds ?? onTheLine
  return {
    seconds: round(seconds, 3),
    roundTrips: round((seconds * 1000) / rttMs, 2),
    exchanges: span.exchanges,
    bytesUp: span.bytes_up,
    bytesDown: span.bytes_down,
    connections: span.connections,
  }
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

const columns: readonly { readonly title: string; readonly cell: (f: Figures) => string }[] = [
  { title: 'seconds', cell: (f) => f.seconds.toFixed(2) },
  { title: 'round trips', cell: (f) => f.roundTrips.toFixed(2) },
  { title: 'exchanges', cell: (f) => String(f.exchanges) },
  { title: 'bytes up', cell: (f) => String(f.bytesUp) },
  { title: 'bytes down', cell: (f) => String(f.bytesDown) },
  { title: 'bytes in all', cell: (f) => String(f.bytesUp + f.bytesDown) },
  { title: 'connections', cell: (f) => String(f.connections) },
]

/** The report as a table, numbers to the right. */
export function table(report: Report): string {
  const body = rows.map((row) => [row, ...columns.map(({ cell }) => cell(report[row]))])
  const lines = [['', ...columns.map(({ title }) => title)], ...body]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines
    .map((cells) =>
      cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    )
    .join('\n')
}
