import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { marked } from 'marked';

/** How GitHub shows a text. */
export interface Look {
  readonly theme: 'light' | 'dark';
  /** Around the text, in pixels. */
  readonly padding: number;
  /** What relative addresses start at. */
  readonly base: string;
}

/** A page of HTML with Markdown as GitHub shows it. */
export function pageOf(markdown: string, { theme, padding, base }: Look): string {
  const styles = readFileSync(fileOf(`github-markdown-css/github-markdown-${theme}.css`), 'utf8');
  return `<!doctype html><meta charset="utf-8"><base href="${base}"><style>${styles}
    body { margin: 0; } article { padding: ${padding}px; }
    .language-diff span { display: block; } .add { background: #2ea04326; } .remove { background: #f8514926; } .note { color: #9a6700; }
    </style><article class="markdown-body">${htmlOf(markdown)}</article>`;
}

/** What GitHub adds to Markdown: alerts and colored diffs. */
function htmlOf(markdown: string): string {
  return (
    marked
      .parse(markdown, { async: false, gfm: true })
      .replace(
        /<blockquote>\s*<p>\[!(\w+)\]\s*/g,
        (_, kind: string) =>
          `<blockquote class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${kind.charAt(0)}${kind.slice(1).toLowerCase()}</p><p>`,
      )
      .replace(/(?<=<code class="language-diff">)[^<]+/g, (lines) =>
        lines
          .trimEnd()
          .split('\n')
          .map((line) => `<span class="${colorOf(line)}">${line || ' '}</span>`)
          .join(''),
      )
      // Not every machine has a font with these.
      .replaceAll('✅', '<span style="color:#1a7f37">✔</span>')
      .replaceAll('❌', '<span style="color:#cf222e">✘</span>')
      .replace(/[🟢🟡🔵🔴⚪]/gu, (dot) => `<span style="color:${dots[dot] ?? ''}">●</span>`)
  );
}

const dots: Readonly<Record<string, string>> = {
  '🟢': '#1a7f37',
  '🟡': '#d4a72c',
  '🔵': '#0969da',
  '🔴': '#cf222e',
  '⚪': '#d1d9e0',
};

function colorOf(line: string): string {
  return { '+': 'add', '-': 'remove', '!': 'note' }[line[0] ?? ''] ?? '';
}

function fileOf(specifier: string): string {
  const [name = '', ...path] = specifier.split('/');
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return [manifest.replace(/\/package\.json$/, ''), ...path].join('/');
}
