import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerOf, cliScripts, doctorComplaints, knownAnswers } from './mutation-doctor.ts'
import { judgeMistakes, mistakesOf, scriptFiles } from './mutation-gates.ts'
import { described, diceOf, mistakeKinds, mistakesIn, withMistake } from './mutation-mistakes.ts'

const root = join(import.meta.dirname, '../..')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

describe('mistakes', () => {
  it('of every kind can be made in our scripts, and each changes the text', () => {
    const all = scriptFiles().flatMap((file) => mistakesIn(file, textOf(file), diceOf(1)))
    expect(new Set(all.map((m) => m.kind))).toEqual(new Set(mistakeKinds))
    for (const one of all) expect(withMistake(textOf(one.file), one)).not.toBe(textOf(one.file))
  })

  it('of a seed are always the same, and no two alike', () => {
    const words = mistakesOf(7, 40).map((m) => described(textOf(m.file), m))
    expect(mistakesOf(7, 40).map((m) => described(textOf(m.file), m))).toEqual(words)
    expect(new Set(mistakesOf(7, 40)).size).toBe(40)
  })

  it(
    'are seen: of 26 of this seed, two of each kind, the gates miss one at most',
    { timeout: 60_000 },
    async () => {
      const verdicts = await judgeMistakes(mistakesOf(4, 26))
      const missed = verdicts.filter(({ gate }) => gate === undefined).map(({ mistake }) => mistake)
      expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(1)
    },
  )
})

describe('the scripts of the command line', () => {
  it.each(cliScripts())(
    '%s prints of a known host what is recorded: npm run powershell:mutations -- --record',
    (file) => {
      expect(answerOf(file, textOf(file))).toBe(knownAnswers()[file])
    },
  )

  it.each(['lib/cli/doctor/clock.ps1', 'lib/cli/doctor/deep/session.ps1'])(
    'with %s find nothing wrong with the lab',
    (file) => {
      expect(doctorComplaints(file, textOf(file))).toEqual([])
    },
  )
})
