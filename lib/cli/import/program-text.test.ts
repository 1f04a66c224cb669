import fc from 'fast-check'
import { format, resolveConfig } from 'prettier'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../domain/json.ts'
import { type Line, programText } from './program-text.ts'

const style = await resolveConfig(import.meta.filename)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom("it's", 'say "so"', 'C:\\VHDs\\fs1.vhdx', 'two\r\nlines', '', '`${x}`', '\u2028', '*/'),
)
const scalar: fc.Arbitrary<Json> = fc.oneof(text, fc.integer(), fc.boolean())
const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,12}$/).filter((word) => word !== 'host')
const object = (value: fc.Arbitrary<Json>) =>
  fc.dictionary(name, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
const value: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.array(fc.constantFrom('disk', 'dvd', 'network'), { minLength: 1, maxLength: 3 }),
  fc.array(object(scalar), { minLength: 1, maxLength: 3 }),
  object(scalar),
)
const line: fc.Arbitrary<Line> = fc.record({
  token: fc.constantFrom('hyperv:VirtualMachine', 'hyperv:VirtualDisk', 'windows:File', 'windows:Feature'),
  name: text,
  host: fc.constant('beirut-hv1'),
  inputs: fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }),
  notes: fc.array(
    text.filter((note) => note.trim() === note && note !== ''),
    { maxLength: 2 },
  ),
})

/** Runs the text with classes that note what they are made of. */
function declared(program: string): unknown {
  const made: unknown[] = []
  const classes = ['VirtualMachine', 'VirtualDisk', 'File', 'Feature']
  const body = program
    .replace(/^import [^]*? from 'chancery'\n/, '')
    .replace('export function imported(): void', 'function imported()')
  const run = new Function(
    'made',
    `${classes.map((c) => `class ${c} { constructor(...all) { made.push(['${c}', ...all]) } }`).join('\n')}\n${body}\nimported()`,
  )
  run(made)
  return made
}

describe('program lines', () => {
  it('declare exactly what they were made of, whatever it is called', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        expect(declared(programText('What was found.', lines))).toEqual(
          lines.map(({ token, name: called, host, inputs }) => [
            token.split(':')[1],
            called,
            { host, ...inputs },
          ]),
        )
      }),
    )
  })

  it('are laid out as prettier lays them out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 3 }), async (lines) => {
        const program = programText('What was found.', lines)
        expect(await format(program, { ...style, parser: 'typescript' })).toBe(program)
      }),
      { numRuns: 60 },
    )
  })
})
