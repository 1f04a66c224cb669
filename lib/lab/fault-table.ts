/** What an argument of a fault is: none, a count of frames, milliseconds, minutes (also less than 0), bytes, or text. */
export type Argument = 'none' | 'frames' | 'ms' | 'minutes' | 'bytes' | 'text'

/**
 * Every fault that can be ordered. `moment` is when it strikes, `lasts` whether it strikes once and is spent, or on until
 * cleared. A `frames` argument is the number of the frame, counted from the order on, that is struck: 1 = the next one.
 */
export const faultTable = {
  'refuse-connection': {
    argument: 'none',
    lasts: 'on',
    moment: 'TCP accept',
    effect: 'the connection is reset',
  },
  'host-key-changed': {
    argument: 'none',
    lasts: 'on',
    moment: 'key exchange',
    effect: 'the host shows another key',
  },
  'login-refused': {
    argument: 'none',
    lasts: 'on',
    moment: 'authentication',
    effect: 'every key is refused',
  },
  'session-limit': {
    argument: 'none',
    lasts: 'on',
    moment: 'channel open',
    effect: 'sshd refuses every channel, as beyond its MaxSessions',
  },
  banner: {
    argument: 'text',
    lasts: 'on',
    moment: 'worker start',
    effect: 'a line of text before the hello',
  },
  clixml: {
    argument: 'none',
    lasts: 'on',
    moment: 'worker start and each frame',
    effect: 'CLIXML on standard error and standard output',
  },
  'stray-output': {
    argument: 'text',
    lasts: 'on',
    moment: 'before and after each reply',
    effect: 'a line without marker',
  },
  warnings: {
    argument: 'text',
    lasts: 'on',
    moment: 'each operation',
    effect: 'its reply carries a warning',
  },
  'split-reply': {
    argument: 'bytes',
    lasts: 'on',
    moment: 'each reply',
    effect: 'it arrives in pieces of so many bytes',
  },
  'hold-reply': {
    argument: 'ms',
    lasts: 'on',
    moment: 'each reply',
    effect: 'it is held back for so long; 0 = until cleared',
  },
  slow: { argument: 'ms', lasts: 'on', moment: 'each operation', effect: 'the host takes so much longer' },
  'access-denied': {
    argument: 'none',
    lasts: 'on',
    moment: 'each cmdlet',
    effect: 'the account may neither write nor manage machines',
  },
  'module-missing': {
    argument: 'text',
    lasts: 'on',
    moment: 'each cmdlet',
    effect: 'those of this module, Hyper-V by default, are not found',
  },
  'clock-skew': {
    argument: 'minutes',
    lasts: 'on',
    moment: 'at once',
    effect: 'the host’s clock is ahead by so much; less than 0: behind',
  },
  'disk-full': {
    argument: 'none',
    lasts: 'on',
    moment: 'each write',
    effect: 'no byte is free on C:, but for the worker’s own small files',
  },
  localised: {
    argument: 'none',
    lasts: 'on',
    moment: 'each error',
    effect: 'its message is in German, its id is not',
  },
  'time-limit': {
    argument: 'none',
    lasts: 'on',
    moment: 'each script',
    effect: 'it never ends: it is stopped when its time is up',
  },
  'network-blink': {
    argument: 'ms',
    lasts: 'on',
    moment: 'a switch has taken or freed the card of the session',
    effect: 'the line is silent for so long',
  },
  'drop-before-act': {
    argument: 'frames',
    lasts: 'once',
    moment: 'a frame has arrived',
    effect: 'nothing runs, the connection is cut',
  },
  'drop-after-act': {
    argument: 'frames',
    lasts: 'once',
    moment: 'a frame has run',
    effect: 'no reply leaves, the connection is cut',
  },
  'lose-reply': {
    argument: 'frames',
    lasts: 'once',
    moment: 'a frame has run',
    effect: 'no reply leaves, the connection stays',
  },
  'drop-mid-reply': {
    argument: 'frames',
    lasts: 'once',
    moment: 'the first reply of a frame',
    effect: 'half of it leaves, then the connection is cut',
  },
  'second-reply': {
    argument: 'frames',
    lasts: 'once',
    moment: 'each reply of a frame',
    effect: 'it comes twice',
  },
  'garbage-reply': {
    argument: 'frames',
    lasts: 'once',
    moment: 'the first reply of a frame',
    effect: 'a marked line that is not JSON in its place',
  },
  'worker-killed': {
    argument: 'frames',
    lasts: 'once',
    moment: 'the first operation of a frame has run',
    effect: 'the channel closes without a reply',
  },
  'restart-mid-act': {
    argument: 'frames',
    lasts: 'once',
    moment: 'the first operation of a frame has run',
    effect: 'the host restarts, no reply leaves',
  },
  'drop-mid-transfer': {
    argument: 'bytes',
    lasts: 'once',
    moment: 'so many bytes of a delivery have arrived',
    effect: 'the connection is cut',
  },
  'receiver-killed': {
    argument: 'bytes',
    lasts: 'once',
    moment: 'so many bytes of a delivery have arrived',
    effect: 'its process ends, the connection stays',
  },
  stall: {
    argument: 'bytes',
    lasts: 'once',
    moment: 'so many bytes of a delivery have arrived',
    effect: 'the line is silent until restored, no connection ends',
  },
  'disk-fills': {
    argument: 'bytes',
    lasts: 'on',
    moment: 'at once',
    effect: 'only so many bytes are free on C:',
  },
  'target-in-use': {
    argument: 'text',
    lasts: 'on',
    moment: 'each write',
    effect: 'a program holds the file of this path open, others may read it',
  },
  'content-corrupted': {
    argument: 'none',
    lasts: 'on',
    moment: 'at once',
    effect: 'a byte of each content in the store of the host is another',
  },
  'link-down': {
    argument: 'frames',
    lasts: 'once',
    moment: 'a frame has been answered; 0 = at once',
    effect: 'the line is silent until restored',
  },
  'link-flaps': {
    argument: 'ms',
    lasts: 'on',
    moment: 'at once',
    effect: 'the line is silent for so long, carries for so long, and again; the second line is not touched',
  },
} as const satisfies Record<
  string,
  { argument: Argument; lasts: 'on' | 'once'; moment: string; effect: string }
>

/** `refuse-connection`, `drop-after-act`, …: what `chancery lab` calls it. */
export type FaultName = keyof typeof faultTable
