/** A text and a position in it, with PowerShell's rules for blanks and comments. */
export class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? ''
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  /** Skips spaces, line continuations and comments, not the end of the line. */
  blanks(): void {
    for (;;) {
      const c = this.peek()
      if (c === ' ' || c === '\t' || c === '\u00a0' || c === '\f' || c === '\v') this.at++
      else if (c === '`' && this.peek(1) === '\n') this.at += 2
      else if (c === '`' && this.peek(1) === '\r' && this.peek(2) === '\n') this.at += 3
      else if (c === '#') while (!this.done && this.peek() !== '\n' && this.peek() !== '\r') this.at++
      else if (c === '<' && this.peek(1) === '#') {
        const end = this.text.indexOf('#>', this.at + 2)
        if (end < 0) this.fail('the comment is not closed')
        this.at = end + 2
      } else return
    }
  }

  /** Skips blanks and ends of lines. */
  lines(): void {
    for (;;) {
      this.blanks()
      if (this.peek() === '\n' || this.peek() === '\r') this.at++
      else return
    }
  }

  /** Skips blanks, ends of lines and semicolons. */
  separators(): void {
    for (;;) {
      this.lines()
      if (this.peek() === ';') this.at++
      else return
    }
  }

  looking(text: string): boolean {
    return this.text.startsWith(text, this.at)
  }

  /** The match of a sticky expression here, or undefined; does not move. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    return pattern.exec(this.text)?.[0]
  }

  accept(text: string): boolean {
    if (!this.looking(text)) return false
    this.at += text.length
    return true
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected "${text}", got ${this.here()}`)
  }

  here(): string {
    return this.done ? 'the end of the script' : JSON.stringify(this.text.slice(this.at, this.at + 12))
  }

  fail(message: string, at = this.at): never {
    throw new SyntaxFailure(message, at)
  }
}

/** Thrown while reading; caught in `read`. */
export class SyntaxFailure extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}
