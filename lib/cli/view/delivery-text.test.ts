import { expect, test } from 'vitest'
import { deliveryText } from './delivery-text.ts'

const event = {
  kind: 'delivery',
  host: 'h1',
  content: 'agent.msi',
  at: 6_606_028,
  size: 15_728_640,
  sent: 6_700_000,
} as const

test('a content on its way says how far it is, how fast, and how long the rest takes', () => {
  expect(deliveryText({ ...event, state: 'sending', bytesPerS: 57_000, leftMs: 160_000 })).toBe(
    'agent.msi: 41 % of 15.0 MB, 55.7 KB/s, 2 min 40 s left',
  )
  expect(deliveryText({ ...event, state: 'sending' })).toBe('agent.msi: 41 % of 15.0 MB')
})

test('a pause says why and until when', () => {
  const until = Date.UTC(2026, 10, 24, 20)
  expect(deliveryText({ ...event, state: 'waiting', because: 'the window is closed', until })).toBe(
    'agent.msi: 41 % of 15.0 MB, paused: the window is closed, until 2026-11-24 20:00Z',
  )
})

test('the end says what crossed the link', () => {
  expect(deliveryText({ ...event, state: 'delivered', at: event.size, sent: 40_000 })).toBe(
    'agent.msi: delivered, 15.0 MB, of which 39.1 KB crossed the link',
  )
  expect(deliveryText({ ...event, state: 'held', at: 0, size: 0, sent: 243 })).toContain('nothing was sent')
  // A new sender does not know what the host has, and begins to send.
  expect(deliveryText({ ...event, state: 'held', at: event.size, sent: 524_288 })).toBe(
    'agent.msi: the host has it already, 512 KB crossed before it said so',
  )
})
