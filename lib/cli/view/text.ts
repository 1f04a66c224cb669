import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** Text of one line broken to a width; undefined = as it is. A word longer than a line is cut. */
export const wrapped = (text: string, width: number | undefined): readonly string[] =>
  width === undefined || stringWidth(text) <= width
    ? [text]
    : wrapAnsi(text, Math.max(1, width), { hard: true, trim: true }).split('\n')

/** Text, of one line or several, wrapped: every line behind the same blanks, those after the first two further in. */
export const paragraph = (text: string, width: number | undefined, indent = ''): string =>
  text
    .split('\n')
    .flatMap((line) => wrapped(line.trim(), width === undefined ? undefined : width - indent.length - 2))
    .map((line, at) => `${indent}${at === 0 ? '' : '  '}${line}`)
    .join('\n')

/** Cut to a width, with `…` for what is missing. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return width < 1 ? '' : `${kept}…`
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
