import { styleText } from 'node:util'

/** Colours a text, or leaves it as it is. */
export type Paint = (color: Color, text: string) => string
export type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan'

export const noPaint: Paint = (_color, text) => text

/** Colours line by line, so that a line taken out of the text keeps its own. */
export const ansiPaint: Paint = (color, text) =>
  text
    .split('\n')
    .map((line) => styleText(color, line, { validateStream: false }))
    .join('\n')
