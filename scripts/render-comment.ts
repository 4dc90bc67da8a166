import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { marked } from 'marked';
import { chromium, type Browser } from 'playwright-core';
import { findOnPath } from '../test/support/find-on-path.ts';

/** GitHub's comment is 830 pixels wide on a desk. */
const looks = { light: 830, dark: 830, phone: 360 } as const;

/**
 * Draws Markdown as GitHub shows it and prints the height of what stands unfolded:
 * `npm run pictures` for every kept comment, into pictures/, or `npm run pictures -- <comment.md> <image.png>` for one.
 */
async function main([markdownPath, imagePath]: readonly string[]): Promise<void> {
  const executablePath = findOnPath('chromium') ?? findOnPath('google-chrome');
  if (executablePath === undefined)
    throw new Error('Chromium is not on PATH: install the package "chromium"');
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath, args: [...flags, ...quiet] });
  try {
    if (markdownPath !== undefined && imagePath !== undefined) {
      await draw(browser, { markdownPath, imagePath, look: 'light' });
      return;
    }
    mkdirSync('pictures', { recursive: true });
    const kept = readdirSync(golden, { recursive: true, encoding: 'utf8' });
    for (const file of kept.filter((name) => name.endsWith('.md')).sort())
      for (const look of Object.keys(looks) as (keyof typeof looks)[])
        await draw(browser, {
          markdownPath: join(golden, file),
          imagePath: join('pictures', file.replace(/\.md$/, `-${look}.png`).replace('/', '-')),
          look,
        });
  } finally {
    await browser.close();
  }
}

const golden = 'test/report/golden';

interface Drawing {
  readonly markdownPath: string;
  readonly imagePath: string;
  readonly look: keyof typeof looks;
}

async function draw(browser: Browser, { markdownPath, imagePath, look }: Drawing): Promise<void> {
  const viewport = { width: looks[look], height: 600 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: 2 });
  await page.setContent(pageOf(readFileSync(markdownPath, 'utf8'), look === 'dark' ? 'dark' : 'light'));
  const article = page.locator('article');
  await article.screenshot({ path: imagePath });
  const height = Math.round((await article.boundingBox())?.height ?? 0);
  console.log(`${String(height).padStart(6)} px  ${imagePath}`);
  await page.close();
}

function pageOf(markdown: string, theme: 'light' | 'dark'): string {
  const styles = readFileSync(fileOf(`github-markdown-css/github-markdown-${theme}.css`), 'utf8');
  return `<!doctype html><meta charset="utf-8"><style>${styles}
    body { margin: 0; } article { padding: 16px; }
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

await main(process.argv.slice(2));
