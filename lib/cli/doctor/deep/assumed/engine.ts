import { type Assumption, held, not, number, seen, untestable } from './assumption.ts'

/** PowerShell, the session and the worker. */
export const engine: readonly Assumption[] = [
  {
    id: 'powershell-5.1',
    assumed: 'Windows PowerShell 5.1 or newer answers',
    restsOn: ['worker'],
    change: 'Install Windows Management Framework 5.1, or hold the scripts to that version.',
    judge: ({ document: { powershell } }) => {
      const [major = 0, minor = 0] = powershell.split('.').map(Number)
      return major > 5 || (major === 5 && minor >= 1) ? held(powershell) : not(powershell)
    },
  },
  {
    id: 'full-language',
    assumed: 'PowerShell runs in full language mode',
    restsOn: ['worker'],
    change: 'A policy restricts PowerShell: the worker needs an exception, or must use cmdlets alone.',
    judge: seen('language', ({ mode }) =>
      mode === 'FullLanguage' ? held('FullLanguage') : not(String(mode)),
    ),
  },
  {
    id: 'standard-input',
    assumed: 'standard input is the worker’s own: PowerShell reads nothing of it ahead',
    restsOn: ['worker'],
    change: 'The bootstrap loses requests: start it otherwise (ConsoleHost reads standard input).',
    judge: ({ document: { session } }) =>
      session === null
        ? untestable('only a session shows it')
        : session.frames > 1
          ? held(`${session.frames} frames were answered by one worker`)
          : not('only one frame was answered'),
  },
  {
    id: 'command-length',
    assumed: 'the command that starts the worker arrives whole',
    restsOn: ['worker'],
    change: 'Shorten the bootstrap.',
    judge: ({ document: { session } }) =>
      session === null
        ? untestable('only a session shows it')
        : held(`${session.commandCharacters} characters`),
  },
  {
    id: 'ssh-connection',
    assumed: 'sshd sets SSH_CONNECTION to four fields',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Find the session’s address otherwise (Get-NetTCPConnection); lab: environmentOf.',
    judge: (facts) =>
      facts.document.via === 'script'
        ? untestable('only a session shows it')
        : seen('session', ({ fields }) =>
            fields === 4 ? held('4 fields') : not(`${String(fields)} fields`),
          )(facts),
  },
  {
    id: 'large-request',
    assumed: 'ConvertFrom-Json reads more than two million characters',
    restsOn: ['worker'],
    change: 'Cut frames below the limit of ConvertFrom-Json.',
    judge: seen('large-request', ({ characters, elements }) =>
      elements === 1_200_001 ? held(`${String(characters)} characters`) : not(`${String(elements)} elements`),
    ),
  },
  {
    id: 'large-reply',
    assumed: 'ConvertTo-Json writes more than two million characters',
    restsOn: ['worker'],
    change: 'Cut answers below the limit of ConvertTo-Json.',
    judge: seen('large-reply', ({ characters }) =>
      number(characters) >= 2_400_000
        ? held(`${String(characters)} characters`)
        : not(`${String(characters)} characters`),
    ),
  },
  {
    id: 'worker-memory',
    assumed: 'a worker takes no more than 50 MB more after hundreds of operations',
    restsOn: ['worker'],
    change: 'End the worker after so many operations and start another.',
    judge: ({ document: { session } }) => {
      if (session === null) return untestable('only a session shows it')
      const { privateBytesBefore: before, privateBytesAfter: after, operations } = session
      if (before === null || after === null) return untestable('the process tells nothing of its memory')
      const found = `${Math.round((after - before) / 1024)} KB more after ${operations} operations`
      return after - before <= 50 * 1024 ** 2 ? held(found) : not(found)
    },
  },
  {
    id: 'stable-observation',
    assumed: 'the same question gets the same answer, byte for byte',
    restsOn: ['every kind'],
    change: 'Sort what the observation lists, and leave out what changes by itself.',
    judge: ({ document: { session } }) =>
      session === null || session.stable === null
        ? untestable('it was asked once')
        : session.stable
          ? held('asked twice')
          : not('two answers differ'),
  },
]
