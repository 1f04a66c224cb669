import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'
import { measureTree } from './measure-tree.ts'

/**
 * An offline preview of every mission with ten resources each: CPU of our own process against that of the engines, and the memory of
 * all processes together. `npm run bench:scale -- [--json]`.
 */
const sites = 107
const resources = 10
const rig = await startRig({ sites: 'all' })
try {
  const program = rig.program('ten', filesProgram(resources, 'text'))
  const missions = rig.estate.sites.filter((site) => site.kind !== 'home').map((site) => site.id)
  const looked = await rig.run('preview', { program, sites: missions })
  const bad = looked.sites.filter((site) => site.outcome !== 'done')
  if (missions.length !== sites || bad.length > 0)
    throw new Error(`expected ${sites} previews, got ${JSON.stringify(bad.slice(0, 3))}`)
  const cli = fileURLToPath(new URL('../../lib/cli/chancery.mjs', import.meta.url))
  const out = join(rig.folder, 'out')
  mkdirSync(out)
  const measured = await measureTree(
    process.execPath,
    [cli, 'preview', ...missions, '--program', program, '--offline', '--json'],
    rig.folder,
  )
  writeFileSync(join(out, 'preview.json'), measured.stdout)
  if (measured.code !== 0)
    throw new Error(`the preview ended with ${measured.code}: ${measured.stderr.slice(-500)}`)
  const { ownCpuS, childrenCpuS, peakPssMiB, wallS } = measured
  const share = ownCpuS / (ownCpuS + childrenCpuS)
  const result = { sites, resources, wallS, ownCpuS, enginesCpuS: childrenCpuS, ownShare: share, peakPssMiB }
  console.log(
    process.argv.includes('--json')
      ? JSON.stringify(result)
      : `${sites} missions × ${resources} resources, offline: ${wallS.toFixed(1)} s; CPU ${ownCpuS.toFixed(1)} s own, ${childrenCpuS.toFixed(1)} s engines (own share ${(share * 100).toFixed(0)} %, limit 50 %); peak PSS of all processes ${peakPssMiB.toFixed(0)} MiB (limit 1024)`,
  )
  if (share >= 0.5 || peakPssMiB >= 1024) process.exitCode = 1
} finally {
  await rig.close()
}
