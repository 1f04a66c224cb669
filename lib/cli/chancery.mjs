#!/usr/bin/env node
// The `chancery` command. In a clone it runs the TypeScript beside it, in the package the JavaScript made of it.
// Plain JavaScript: the Node that starts it may be too old to strip types, and hands over to the clone's own then.
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))
const inClone = existsSync(join(here, 'main.ts'))
const built = join(here, 'main.js')
const main = inClone
  ? join(here, 'main.ts')
  : existsSync(built)
    ? built
    : join(root, 'dist', 'lib', 'cli', 'main.js')

const [major, minor] = process.versions.node.split('.').map(Number)
/** From 22.18 on Node runs TypeScript, which programs are written in, and has everything else that is used. */
const stripsTypes = major > 22 || (major === 22 && minor >= 18)

if (stripsTypes) {
  module.enableCompileCache?.()
  const { main: start } = await import(pathToFileURL(main).href)
  await start()
} else {
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (inClone && existsSync(node)) await handOver(node)
  else {
    process.stderr.write(
      `chancery: Node ${process.versions.node} is too old, 22.18 is needed. ${inClone ? `Run npm ci in ${root}, which brings one.` : 'Install a newer one.'}\n`,
    )
    process.exitCode = 1
  }
}

/** Runs this file again under another Node: same terminal, signals handed on, same exit code. */
async function handOver(node) {
  const { spawn } = await import('node:child_process')
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`chancery: ${node} could not be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}
