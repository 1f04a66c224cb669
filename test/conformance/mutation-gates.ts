import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { loadLint, type ScriptRole } from '../../lib/powershell/index.ts'
import { doctorComplaints } from './mutation-doctor.ts'
import { kindComplaints } from './kind-complaints.ts'
import { kindFolders, kindsRoot, readKind } from './kind-folders.ts'
import { listingComplaints } from './kind-listing.ts'
import { walkComplaints, walked, type WalkedKind } from './kind-walk.ts'
import {
  described,
  diceOf,
  type Mistake,
  mistakeKinds,
  mistakesIn,
  withMistake,
} from './mutation-mistakes.ts'

const root = join(import.meta.dirname, '../..')

/** Which gate saw a mistake and what it said; no gate: it was missed. */
export interface Verdict {
  readonly mistake: string
  readonly gate: 'lint' | 'kind' | 'walk' | 'doctor' | undefined
  readonly said: string
}

/** The scripts that mistakes are made in. */
export const scriptFiles = (): readonly string[] =>
  globSync('lib/{kinds,cli}/**/*.ps1', { cwd: root })
    .filter((file) => !file.includes('/whole/'))
    .sort()

const roleOf = (file: string): ScriptRole =>
  /\/(observe|restart-state)\.ps1$|\/doctor\//.test(file) ? 'look' : 'act'

/** So many mistakes of a seed, each kind in turn, no two alike. */
export function mistakesOf(seed: number, count: number): readonly Mistake[] {
  const dice = diceOf(seed)
  const all = scriptFiles().flatMap((file) => mistakesIn(file, readFileSync(join(root, file), 'utf8'), dice))
  const out: Mistake[] = []
  for (let i = 0; out.length < count; i++) {
    const sort = mistakeKinds[i % mistakeKinds.length]
    const left = all.filter((m) => m.kind === sort && !out.includes(m))
    const one = left[dice(left.length)]
    if (one !== undefined) out.push(one)
    else if (i > count * mistakeKinds.length) throw new Error(`no ${count} mistakes to make`)
  }
  return out
}

/** Makes each mistake in a copy of the scripts and tells which gate sees it. */
export async function judgeMistakes(mistakes: readonly Mistake[]): Promise<readonly Verdict[]> {
  const lint = await loadLint()
  const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
    walked,
  )
  return mistakes.map((one) => {
    const text = readFileSync(join(root, one.file), 'utf8')
    const mistaken = withMistake(text, one)
    const verdict = (gate: Verdict['gate'], said = ''): Verdict => ({
      mistake: described(text, one),
      gate,
      said,
    })
    const [found] = lint(one.file, mistaken, roleOf(one.file))
    if (found !== undefined) return verdict('lint', `${found.rule}: ${found.message}`)
    const folder = relative('lib/kinds', dirname(one.file))
    const kind = kinds.find((each) => each.folder === folder)
    if (one.file.startsWith('lib/cli/')) {
      const said = thrown(() => doctorComplaints(one.file, mistaken)[0])
      return verdict(said === undefined ? undefined : 'doctor', said)
    }
    return kind === undefined
      ? verdict(undefined)
      : inCopy(kind, one, mistaken, (copy) => {
          const [complaint] = kindComplaints(copy)
          if (complaint !== undefined) return verdict('kind', complaint)
          const said = firstOf(
            copy,
            kinds.map((each) => (each === kind ? copy : each)),
          )
          return verdict(said === undefined ? undefined : 'walk', said)
        })
  })
}

/** What a check says first; a defect that it throws is a complaint. */
function thrown(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (cause) {
    return String(cause)
  }
}

/** The first complaint of the walk, and of the listing of a kind that has one. */
const firstOf = (copy: WalkedKind, kinds: readonly WalkedKind[]): string | undefined =>
  thrown(() => first(walkComplaints(copy, kinds))) ??
  (copy.kind.listing === undefined ? undefined : thrown(() => first(listingComplaints(copy))))

function first(complaints: Iterator<string>): string | undefined {
  const next = complaints.next()
  return next.done === true ? undefined : next.value
}

function inCopy<T>(kind: WalkedKind, one: Mistake, text: string, use: (copy: WalkedKind) => T): T {
  const home = mkdtempSync(join(tmpdir(), 'chancery-mistake-'))
  try {
    cpSync(kind.home, home, { recursive: true })
    writeFileSync(join(home, one.file.split('/').at(-1) ?? ''), text)
    return use({ ...kind, home })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
