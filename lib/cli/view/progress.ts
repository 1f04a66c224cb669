import type { Clock } from '../../domain/clock.ts'
import type { Emit, Event } from '../../domain/event.ts'
import type { Site } from '../../domain/site.ts'
import type { OutStream } from '../output.ts'
import { ansiPaint, noPaint } from './paint.ts'
import { advance, startProgress } from './progress-state.ts'
import { liveText, logText } from './progress-text.ts'
import { paragraph } from './text.ts'

/** A view that hears events until it is closed. */
export interface Progress {
  readonly emit: Emit
  /** Writes a line of its own between those of the view. */
  note(text: string): void
  /** Stops redrawing while a person is asked something. */
  pause(): void
  close(): void
}

type View = {
  readonly stream: OutStream
  readonly clock: Clock
  readonly sites: readonly Pick<Site, 'id' | 'hosts'>[]
  readonly color: boolean
}

/** Sites that the redrawn part shows at once. */
const rows = 8
/** Redrawn at most this often, ms. */
const every = 100

/** One view over all sites: a few redrawn lines on a terminal, else one line an event with its time. */
export const createProgress = (view: View): Progress =>
  view.stream.isTTY === true ? onTerminal(view) : inLog(view)

/** JSON lines, one an event. */
export function jsonProgress(stream: OutStream, clock: Clock): Progress {
  const write = (event: object) =>
    void stream.write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...event })}\n`)
  return {
    emit: write,
    note: (message) => write({ kind: 'note', message }),
    pause: () => {},
    close: () => {},
  }
}

/** Hears nothing and says nothing. */
export const silentProgress: Progress = { emit: () => {}, note: () => {}, pause: () => {}, close: () => {} }

function inLog({ stream, clock, sites }: View): Progress {
  let state = startProgress(sites)
  const write = (text: string) =>
    void stream.write(`${new Date(clock.now()).toISOString().slice(11, 19)}Z ${oneLine(text)}\n`)
  return {
    emit: (event) => {
      state = advance(state, event)
      const text = logText(state, event)
      if (text !== undefined) write(text)
    },
    note: write,
    pause: () => {},
    close: () => {},
  }
}

/** A log has one line an event, whatever was said in several. */
const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ')

/** What the redrawn lines show well enough. */
const passing = (event: Event): boolean =>
  (event.kind === 'link' && event.state !== 'retrying') ||
  (event.kind === 'delivery' && event.state === 'sending') ||
  (event.kind === 'resource' && event.result === 'done')

function onTerminal({ stream, clock, sites, color }: View): Progress {
  const paint = color ? ansiPaint : noPaint
  const started = clock.now()
  const closing = new AbortController()
  let state = startProgress(sites)
  let drawn = 0
  let at = Number.NEGATIVE_INFINITY
  let paused = true

  const erase = (): void => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`)
    drawn = 0
  }
  const draw = (): void => {
    if (paused) return
    erase()
    // One column less than there is: a full line makes some terminals start another.
    const width = Math.max(1, (stream.columns || 80) - 1)
    const lines = liveText(state, { width, rows, elapsedMs: clock.now() - started, paint })
    stream.write(lines.map((line) => `${line}\n`).join(''))
    drawn = lines.length
    at = clock.now()
  }
  const say = (text: string): void => {
    erase()
    stream.write(`${paragraph(text, stream.columns || undefined)}\n`)
    draw()
  }
  const tick = async (): Promise<void> => {
    while (await clock.sleep(1000, closing.signal)) draw()
  }
  void tick()

  return {
    emit: (event) => {
      state = advance(state, event)
      paused = closing.signal.aborted
      const text = passing(event) ? undefined : logText(state, event)
      if (text !== undefined) say(text)
      else if (clock.now() - at >= every) draw()
    },
    note: say,
    pause: () => {
      erase()
      paused = true
    },
    close: () => {
      erase()
      paused = true
      closing.abort()
    },
  }
}
