/** Why a text is no full path of a folder on a host, or undefined when it is one: any other would start from wherever a session does. */
export const folderComplaint = (text: string): string | undefined =>
  /^([A-Za-z]:[\\/]|[\\/]{2}[^\\/]+[\\/][^\\/]+)/.test(text)
    ? undefined
    : `--pick-up: expected a full path on the host, got ${JSON.stringify(text)}. Write D:\\bundle, or \\\\server\\share\\bundle.`

/** A word as a shell takes it: as it is where that is safe, else in quotes. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
