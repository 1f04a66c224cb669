import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/rig/longest-first.ts'

/** Compiled code is kept for all processes of the tests and those that they start: each would compile the same modules. */
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache')

/** The engine lives for a second and has room: it collects its garbage less often, which saves a tenth of its time. */
process.env['GOGC'] ??= '400'

const others = ['test/powershell/**', '**/node_modules/**']

/** What measures time or rates runs after everything else, a file a processor. */
const measured = [
  'test/scenarios/{links,one-budget,second-line}.test.ts',
  'test/{scale,wan}/**/*.test.ts',
  'lib/link/lease-*.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['lib/**/*.test.ts', 'stacks/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...others, ...measured],
          // Many wait, for a link's time or an engine's lock: one more than there are processors keeps these busy.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measured',
          include: measured,
          exclude: others,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    setupFiles: ['test/rig/own-machine.ts'],
    testTimeout: 30_000,
    // Labs and servers start in hooks: beside other work that takes longer than the default of 10 s.
    hookTimeout: 120_000,
    pool: 'forks',
  },
})
