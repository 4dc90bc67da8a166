import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { marked } from 'marked';
import { chromium } from 'playwright-core';
import { findOnPath } from '../test/support/find-on-path.ts';

/**
 * Draws a comment's Markdown as GitHub shows it, Mermaid included:
 * `npm start`, and then `tsx scripts/render-comment.ts demo-output/comment.md docs/pr-comment.png`
 */
async function main([markdownPath, imagePath]: readonly string[]): Promise<void> {
  if (markdownPath === undefined || imagePath === undefined)
    throw new Error('usage: tsx scripts/render-comment.ts <comment.md> <image.png>');
  const executablePath = findOnPath('chromium') ?? findOnPath('google-chrome');
  if (executablePath === undefined)
    throw new Error('Chromium is not on PATH: install the package "chromium"');
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath, args: [...flags, ...quiet] });
  try {
    const page = await browser.newPage({ viewport: { width: 960, height: 600 }, deviceScaleFactor: 2 });
    await page.setContent(pageOf(readFileSync(markdownPath, 'utf8')));
    await page.addScriptTag({ path: fileOf('mermaid/dist/mermaid.min.js') });
    await page.evaluate('mermaid.initialize({ startOnLoad: false, securityLevel: "strict" }); mermaid.run()');
    await page.locator('article').screenshot({ path: imagePath });
  } finally {
    await browser.close();
  }
}

function pageOf(markdown: string): string {
  const styles = readFileSync(fileOf('github-markdown-css/github-markdown-light.css'), 'utf8');
  return `<!doctype html><meta charset="utf-8"><style>${styles}
    article { padding: 24px 32px; } .mermaid svg { max-height: 460px; }
    .language-diff span { display: block; } .add { background: #dafbe1; } .remove { background: #ffebe9; } .note { color: #9a6700; }
    </style><article class="markdown-body">${htmlOf(markdown)}</article>`;
}

/** What GitHub adds to Markdown: alerts, Mermaid and colored diffs. */
function htmlOf(markdown: string): string {
  return (
    marked
      .parse(markdown, { async: false, gfm: true })
      .replace(
        /<blockquote>\s*<p>\[!(\w+)\]\s*/g,
        (_, kind: string) =>
          `<blockquote class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${kind}</p><p>`,
      )
      .replace(/<pre><code class="language-mermaid">([^]*?)<\/code><\/pre>/g, '<pre class="mermaid">$1</pre>')
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

await main(process.argv.slice(2));
