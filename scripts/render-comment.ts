import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { findOnPath } from '../test/support/find-on-path.ts';
import { pageOf } from './github-page.ts';
import { pictures, type Picture } from './pictures.ts';

/**
 * Draws Markdown as GitHub shows it and prints the height of what stands unfolded: `npm run pictures` for all that
 * scripts/pictures.ts lists, `npm run pictures -- <word>` for those with the word in their image's name, or
 * `npm run pictures -- <comment.md> <image.png>` for one. Ends with 1 when one is taller than its limit.
 */
async function main([word = '', imagePath]: readonly string[]): Promise<void> {
  const single = { source: word, image: imagePath ?? '', theme: 'light', width: 830 } as const;
  const asked = imagePath === undefined ? pictures().filter(({ image }) => image.includes(word)) : [single];
  const executablePath = findOnPath('chromium') ?? findOnPath('google-chrome');
  if (executablePath === undefined)
    throw new Error('Chromium is not on PATH: install the package "chromium"');
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath, args: [...flags, ...quiet] });
  mkdirSync('pictures', { recursive: true });
  try {
    for (const picture of asked) tell(picture, await draw(browser, picture));
  } finally {
    await browser.close();
  }
}

function tell({ image, limit = Infinity }: Picture, height: number): void {
  if (height > limit) process.exitCode = 1;
  const allowed = limit === Infinity ? '' : `, ${height > limit ? 'TOO TALL: ' : ''}at most ${limit} px`;
  console.log(`${String(height).padStart(6)} px  ${image}${allowed}`);
}

/** The height in pixels of the page. */
async function draw(browser: Browser, picture: Picture): Promise<number> {
  const { source, image, theme, width, padding = 16, isExtract = false } = picture;
  const page = await browser.newPage({ viewport: { width, height: 600 }, deviceScaleFactor: 2 });
  // A page from a file may show images from files, such as README.md's.
  const html = join('pictures', 'page.html');
  const base = `${pathToFileURL(resolve('.')).href}/`;
  writeFileSync(html, pageOf(readFileSync(source, 'utf8'), { theme, padding, base }));
  await page.goto(pathToFileURL(resolve(html)).href);
  const article = page.locator('article');
  if (isExtract)
    await article.evaluate((shown) => {
      for (const part of shown.querySelectorAll('details, sub')) part.remove();
    });
  await article.screenshot({ path: image });
  const height = Math.round((await article.boundingBox())?.height ?? 0);
  await page.close();
  return height;
}

await main(process.argv.slice(2));
