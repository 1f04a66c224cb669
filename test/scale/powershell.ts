import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from '../../lib/powershell/index.ts'
import { kindFolders, kindsRoot, readKind, readText } from '../conformance/kind-folders.ts'
import { hostFor, reach, walked } from '../conformance/kind-walk.ts'

/** `npm run bench:powershell`: how long the look of each kind takes in the interpreter, on a host that has what its cases declare. */
const runs = 300

/** Median of so many runs, in milliseconds, after as many that warm up. */
function median(run: () => void): number {
  const times = Array.from({ length: runs * 2 }, () => {
    const started = performance.now()
    run()
    return performance.now() - started
  })
  return times.slice(runs).sort((a, b) => a - b)[runs / 2] ?? Number.NaN
}

const worker = readFileSync(join(import.meta.dirname, '../../lib/transport/worker/worker.ps1'), 'utf8')
console.log(
  `read worker.ps1, ${worker.length} characters: ${median(() => read(worker, 'worker')).toFixed(3)} ms`,
)
for (const folder of kindFolders(kindsRoot)) {
  const one = walked(await readKind(kindsRoot, folder))
  for (const want of one.wants.slice().sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)) {
    const bench = hostFor(one)
    const end = reach(bench, one, want)
    if (end.to !== 'wanted') continue
    const text = readText(one.home, 'observe.ps1')
    const params = one.kind.look(want, end.seen ?? undefined)
    console.log(
      `${folder}: look ${median(() => bench.execute(text, params)).toFixed(3)} ms, read ${median(() => read(text, folder)).toFixed(3)} ms`,
    )
    break
  }
}
