import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { samePressMs, watchInterrupts } from './interrupts.ts'

function rig() {
  const source = new EventEmitter()
  let now = 1_000_000
  const interrupts = watchInterrupts(source, { now: () => now })
  const heard: number[] = []
  interrupts.onInterrupt((level) => heard.push(level))
  return { source, interrupts, heard, wait: (ms: number) => (now += ms) }
}

describe('interrupts', () => {
  it('asks to finish at the first press and to stop at the second', () => {
    const { source, interrupts, heard, wait } = rig()
    expect([interrupts.level, interrupts.first.aborted, interrupts.second.aborted]).toEqual([0, false, false])
    source.emit('SIGINT')
    expect([interrupts.level, interrupts.first.aborted, interrupts.second.aborted]).toEqual([1, true, false])
    wait(samePressMs)
    source.emit('SIGINT')
    expect([interrupts.level, interrupts.first.aborted, interrupts.second.aborted]).toEqual([2, true, true])
    expect(heard).toEqual([1, 2])
  })

  it('takes a burst of signals for one press, however long the burst', () => {
    const { source, interrupts, wait } = rig()
    for (let i = 0; i < 5; i++) {
      source.emit('SIGINT')
      wait(samePressMs - 1)
    }
    expect(interrupts.level).toBe(1)
  })

  it('leaves a third press to the default, which ends the process', () => {
    const { source, wait } = rig()
    source.emit('SIGTERM')
    wait(samePressMs)
    source.emit('SIGTERM')
    expect(source.listenerCount('SIGTERM')).toBe(0)
    expect(source.listenerCount('SIGINT')).toBe(0)
  })

  it('tells a listener that comes late what was reached already', () => {
    const { source, interrupts } = rig()
    source.emit('SIGHUP')
    const late: number[] = []
    interrupts.onInterrupt((level) => late.push(level))
    expect(late).toEqual([1])
  })

  it('listens to nothing once disposed', () => {
    const { source, interrupts } = rig()
    interrupts.dispose()
    source.emit('SIGINT')
    expect(interrupts.level).toBe(0)
  })
})
