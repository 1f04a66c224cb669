import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['lib/**/*.test.ts', 'stacks/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/powershell/**', '**/node_modules/**'],
    setupFiles: ['test/rig/own-machine.ts'],
    testTimeout: 30_000,
    pool: 'forks',
  },
})
