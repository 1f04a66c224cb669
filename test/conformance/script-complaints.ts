import { loadLint, type ScriptRole } from '../../lib/powershell/index.ts'

const lint = await loadLint()

/** By what a script is not as our scripts are, a line each. Without a role it is taken for a look when it is called `observe.ps1` or `list.ps1`. */
export const scriptComplaints = (
  name: string,
  text: string,
  role: ScriptRole = /(observe|list)\.ps1$/.test(name) ? 'look' : 'act',
): readonly string[] =>
  lint(name, text, role).map((f) => `${name}:${f.line}:${f.column}: ${f.rule}: ${f.message}`)
