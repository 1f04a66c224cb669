import { defineConfig } from 'vitest/config'

const others = ['test/powershell/**', '**/node_modules/**']

/** What measures time or rates runs by itself, after everything else: two files at once would share the processors. */
const measured = [
  'test/scenarios/{links,one-budget,second-line}.test.ts',
  'test/{scale,wan}/**/*.test.ts',
  'lib/link/**/*.test.ts',
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
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: measured,
          exclude: others,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    setupFiles: ['test/rig/own-machine.ts'],
    testTimeout: 30_000,
    pool: 'forks',
  },
})
