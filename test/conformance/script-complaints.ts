/** Commands of the core that look at nothing and change nothing on the host: they need no -ErrorAction. */
const harmless = new Set([
  'new-object',
  'where-object',
  'foreach-object',
  'sort-object',
  'select-object',
  'start-sleep',
])

const forbidden: readonly (readonly [RegExp, string])[] = [
  [
    /\bWrite-(Host|Output|Progress|Warning|Error)\b/,
    'expected no Write-*: an object is printed, an error is thrown',
  ],
  [/\bexit\b/i, 'expected no exit: it ends the worker'],
  [/\$input\b/i, 'expected no $input: it drains the requests'],
  [
    /\b(Invoke-Expression|iex|ConvertTo-Json|Add-Type)\b/i,
    'expected no Invoke-Expression, ConvertTo-Json, Add-Type',
  ],
  [/-(ErrorAction) +(?!Stop\b)/, 'expected -ErrorAction Stop only'],
  [/"/, 'expected single quotes only: nothing is ever expanded into text'],
  [/[`]/, 'expected no backtick'],
  [/\|\s*(%|\?)|\b(gci|gwmi|select|where|sort|foreach-object\s*%)\b\s+[{-]/, 'expected no alias'],
]

/** By what a script is not as our scripts are. What PowerShell itself would say of it is for the parser and the cmdlet tables. */
export function scriptComplaints(name: string, text: string): readonly string[] {
  const lines = text.split('\n')
  const at = (i: number, complaint: string) => `${name}:${i + 1}: ${complaint}`
  return [
    ...(lines[0] === 'param($Params)' ? [] : [at(0, 'expected param($Params)')]),
    ...(text.endsWith('\n') ? [] : [at(lines.length - 1, 'expected a line feed at the end')]),
    ...lines.flatMap((line, i) => {
      const code = line.trimStart().startsWith('#') ? '' : line.replace(/'[^']*'/g, "''")
      return [
        ...(/[^\x20-\x7e]/.test(line) ? [at(i, 'expected ASCII, spaces and line feeds only')] : []),
        ...forbidden.filter(([pattern]) => pattern.test(code)).map(([, complaint]) => at(i, complaint)),
        ...lenient(code).map((command) => at(i, `${command}: expected -ErrorAction Stop`)),
      ]
    }),
    ...lines.flatMap((line, i) =>
      /^ *\$\w+ = @\{ .*\}$/.test(line) && !line.includes("ErrorAction = 'Stop'") && splatted(line, text)
        ? [at(i, "expected ErrorAction = 'Stop' in what is splatted")]
        : [],
    ),
  ]
}

/** Cmdlets of a line, its texts emptied, that go on after an error. */
const lenient = (line: string): readonly string[] =>
  line
    .split(/[|{}()]/)
    .flatMap(
      (piece) => /\b[A-Z][a-z]+-[A-Z]\w+/.exec(piece)?.map((command) => [command, piece] as const) ?? [],
    )
    .filter(
      ([command, piece]) => !harmless.has(command.toLowerCase()) && !/-ErrorAction Stop\b| @\w+/.test(piece),
    )
    .map(([command]) => command)

const splatted = (line: string, text: string): boolean => {
  const name = /\$(\w+)/.exec(line)?.[1]
  return name !== undefined && text.includes(` @${name}`)
}
