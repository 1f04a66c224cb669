import type { CommandWords } from '../../provider/command/command-words.ts'
import type { StackState } from '../../engine/state.ts'
import { brokenOff, programOption } from './earlier.ts'
import { isCommand } from './judge.ts'
import { dropWord, wordsSaid } from './said.ts'

/**
 * URNs of free commands that the state has as begun. The engine keeps a creation as begun also once a later run has it among the
 * resources: that one is none.
 */
export function begunCommands(state: StackState | undefined): readonly string[] {
  const stored = new Set((state?.resources ?? []).map(({ urn }) => urn))
  return (state?.pending ?? []).flatMap(({ type, resource: { urn } }) =>
    isCommand({ key: undefined, urn }) && !(type === 'creating' && stored.has(urn)) ? [urn] : [],
  )
}

/**
 * What is known of free commands whose act was begun and never ended: nothing until a person says, and then their word. `begun`: as
 * `begunCommands`.
 */
export function openCommands(
  { site, program }: { readonly site: string; readonly program: string },
  workFolder: string,
  begun: readonly string[],
): CommandWords {
  const sent = new Map(
    brokenOff(workFolder).flatMap(({ run, open }) =>
      open.filter(isCommand).map(({ urn, at }) => [urn, `${run.by} sent it at ${at}`] as const),
    ),
  )
  return {
    of(urn) {
      const word = wordsSaid(workFolder).get(urn)
      const origin = sent.get(urn) ?? (begun.includes(urn) ? 'the state has it as begun' : undefined)
      if (word !== undefined) return { what: word.what, because: `${word.by} says so: ${word.why}` }
      if (origin === undefined) return undefined
      return {
        what: 'unknown',
        because: `${origin}, and nothing on the host says whether it ran`,
        fix: `It is not run again by itself. Once you know: chancery resolve ${site} --mark done '${urn}' --reason WHY${programOption(program)}, or --mark not-done.`,
      }
    },
    use: (urn) => dropWord(workFolder, urn),
  }
}
