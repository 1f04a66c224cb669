import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { interruptsOf, samePressMs } from './signals.ts'

function rig() {
  const source = new EventEmitter()
  let now = 1_000_000
  const interrupts = interruptsOf(source, { now: () => now })
  const heard: number[] = []
  interrupts.listen((level) => heard.push(level))
  return { source, interrupts, heard, wait: (ms: number) => (now += ms) }
}

describe('signals', () => {
  it('raise the level once a press', () => {
    const { source, interrupts, heard, wait } = rig()
    source.emit('SIGINT')
    expect([interrupts.level, interrupts.first.aborted, interrupts.second.aborted]).toEqual([1, true, false])
    wait(samePressMs)
    source.emit('SIGINT')
    expect([interrupts.level, interrupts.first.aborted, interrupts.second.aborted]).toEqual([2, true, true])
    expect(heard).toEqual([1, 2])
  })

  it('count a burst as one press, however long the burst', () => {
    const { source, interrupts, wait } = rig()
    for (let i = 0; i < 5; i++) {
      source.emit('SIGINT')
      wait(samePressMs - 1)
    }
    expect(interrupts.level).toBe(1)
  })

  it('are left to the default at the third press, which ends the process', () => {
    const { source, wait } = rig()
    source.emit('SIGTERM')
    expect(source.listenerCount('SIGINT')).toBe(1)
    wait(samePressMs)
    source.emit('SIGTERM')
    expect([source.listenerCount('SIGTERM'), source.listenerCount('SIGINT')]).toEqual([0, 0])
  })

  it('are not heard once released', () => {
    const { source, interrupts } = rig()
    interrupts.release()
    source.emit('SIGINT')
    expect(interrupts.level).toBe(0)
  })
})
