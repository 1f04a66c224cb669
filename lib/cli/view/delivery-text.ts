import type { Event } from '../../domain/event.ts'
import { bytes, duration } from './units.ts'

/** More than the question whether a host has a content takes of the link, and less than a piece of one. */
const questionBytes = 2_000

type Delivery = Extract<Event, { kind: 'delivery' }>

/** Where a content is on its way: `agent.msi: 42 % of 15.0 MB, 55.7 KB/s, 2 min 36 s left`. */
export function deliveryText(event: Delivery): string {
  const { content, at, size, sent, state, because, until, bytesPerS, leftMs } = event
  const share = `${size === 0 ? 100 : Math.floor((at / size) * 100)} % of ${bytes(size)}`
  switch (state) {
    case 'held':
      return sent < questionBytes
        ? `${content}: the host has it already, nothing was sent`
        : `${content}: the host has it already, ${bytes(sent)} crossed before it said so`
    case 'delivered':
      return `${content}: delivered, ${bytes(size)}, of which ${bytes(sent)} crossed the link`
    case 'waiting':
      return `${content}: ${share}, paused: ${because ?? 'waiting'}${until === undefined ? '' : `, until ${clockText(until)}`}`
    case 'sending':
      return [
        `${content}: ${share}`,
        ...(bytesPerS === undefined ? [] : [`${bytes(bytesPerS)}/s`]),
        ...(leftMs === undefined ? [] : [`${duration(leftMs)} left`]),
      ].join(', ')
  }
}

const clockText = (instant: number): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')}Z`
