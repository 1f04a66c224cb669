import { describe, expect, it } from 'vitest'
import { tryOnCommandLine } from './command-line.ts'
import { type FaultKind, faultKinds, faults, nameOfPoint, pointsOf, shareOf, stages } from './points.ts'

const seed = Number(process.env['CHANCERY_SEED'] ?? Math.floor(Date.now() / 1000))
const all = await stages()
/** Only who may mount can fill a disk of a test's own. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0
const onCommandLine = faultKinds.filter(
  (fault) => faults[fault].in === 'command line' && (fault !== 'disk full here' || mayMount),
)

describe(`at the command line, seed ${seed}`, () => {
  it.each(onCommandLine)(
    '%s loses nothing, does nothing twice and is told as it is, at some points of one run',
    async (fault: FaultKind) => {
      const share = shareOf(pointsOf(all, [fault]), 0.03, seed)
      const failures: string[] = []
      let tried = 0
      await tryOnCommandLine(share.slice(0, 4), ({ point, findings }) => {
        tried += 1
        for (const { counter, what } of findings) failures.push(`${counter}: ${nameOfPoint(point)}: ${what}`)
      })
      expect(tried).toBeGreaterThan(0)
      expect(failures).toEqual([])
    },
    600_000,
  )
})
