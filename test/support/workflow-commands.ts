/** One annotation that a workflow command makes on the run. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** Decoded: `%0A` is a line break again. */
  readonly message: string;
}

/**
 * The annotations in a log.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function readAnnotations(log: string): readonly Annotation[] {
  return [...log.matchAll(/^::(error|warning|notice)(?: [^:]*)?::(.*)$/gm)].map(([, level, data = '']) => ({
    level: level as Annotation['level'],
    message: data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  }));
}

/** Names and values in the runner's file format (`name=value` and `name<<delimiter`). */
export function readFileCommands(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (line.includes('=')) {
      const [key = '', value = ''] = line.split(/=(.*)/s);
      values[key] = value;
    }
  }
  return values;
}
