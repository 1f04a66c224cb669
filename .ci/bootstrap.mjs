// Runs a script of this clone under its own Node, after installing the dependencies where that was never done.
// Plain JavaScript without dependencies: it is what runs first, on any Node from 20 on.
//   node .ci/bootstrap.mjs FILE [ARGUMENT…]
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const say = (line) => process.stderr.write(`${line}\n`)

/** npm writes this file last, so a folder without it is an installation that was cut short. */
const installed = () => existsSync(join(modules, '.package-lock.json'))

/** `name@version` of each package that the lock file demands on every platform and that is not installed as such. */
function stale() {
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const found = packagesOf(join(modules, '.package-lock.json'))
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && !entry.optional && found[path]?.version !== entry.version)
    .map(([path, entry]) => `${path.replace(/^.*node_modules\//, '')}@${entry.version}`)
}

/** Runs a child in our terminal; signals to us go on to it; resolves with its exit code. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => {
      say(`${command}: could not be started: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

async function install() {
  const total = Object.keys(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages).length
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  say(`Installing the dependencies of this clone, once (about ${total} packages, npm ci) …`)
  const count = () =>
    existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')).length : 0
  const ticker = setInterval(() => say(`  ${seconds()} s: ${count()} folders in node_modules`), 5000)
  const npm = process.env.npm_execpath
  const args = ['ci', '--loglevel=error', '--no-fund', '--no-audit']
  const code = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args])
    : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
  clearInterval(ticker)
  if (code === 0) say(`Installed in ${seconds()} s.`)
  else say(`npm ci failed with exit code ${code}. Nothing was started. Repair what npm names and run again.`)
  return code
}

/** The Node of the clone: the running one where it strips types by itself, else the one in node_modules. */
function nodeOfTheClone() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

async function main() {
  if (!installed()) {
    const code = await install()
    if (code !== 0) return code
  }
  const missing = stale()
  if (missing.length > 0) {
    say(
      `node_modules does not fit package-lock.json: missing ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? `, and ${missing.length - 5} more` : ''}.`,
    )
    say('Nothing was started. Run: npm ci')
    return 1
  }
  const [file, ...args] = process.argv.slice(2)
  return run(nodeOfTheClone(), [join(root, file), ...args])
}

process.exitCode = await main()
