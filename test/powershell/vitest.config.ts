import { defineConfig } from 'vitest/config'

/** What needs a real PowerShell behind a real OpenSSH server; apart from `npm test`, which needs neither. */
export default defineConfig({
  test: {
    include: ['test/powershell/**/*.test.ts'],
    globalSetup: ['test/powershell/needs.ts'],
    setupFiles: ['test/rig/own-machine.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
