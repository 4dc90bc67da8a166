import { readdirSync } from 'node:fs';
import type { Look } from './github-page.ts';

/** A Markdown file, and the image that shows it. */
export interface Picture extends Pick<Look, 'theme'> {
  readonly source: string;
  readonly image: string;
  /** Of the page, in pixels. */
  readonly width: number;
  /** Around the text, in pixels; @default 16 */
  readonly padding?: number;
  /** The greatest height, in pixels of the page; @default none */
  readonly limit?: number;
  /** Leaves out what is folded and the footer. */
  readonly isExtract?: boolean;
}

/** Every kept comment in three looks, README.md's own pictures, and README.md with them, which is drawn last. */
export function pictures(): readonly Picture[] {
  const comments = readdirSync(golden, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((file) => looks.map((look) => commentPicture(file, look)));
  const own = (['light', 'dark'] as const).map((theme) => ({
    source: `${golden}/states/first-plan.md`,
    image: theme === 'light' ? 'docs/pr-comment.png' : 'docs/pr-comment-dark.png',
    theme,
    width: 830,
    isExtract: true,
  }));
  return [...comments, ...own, readme];
}

const golden = 'test/report/golden';

/** What a plan may take of a reviewer's screen; every comment that tells of few or many buckets is one of these. */
const limits: Readonly<Record<string, number>> = {
  'states/first-plan.md': 650,
  'states/wider.md': 650,
  'states/forty-new.md': 800,
  'states/forty-unchanged.md': 800,
};

/** GitHub's comment is 830 pixels wide on a desk. */
const looks = [
  { name: 'light', theme: 'light', width: 830 },
  { name: 'dark', theme: 'dark', width: 830 },
  { name: 'phone', theme: 'light', width: 360 },
] as const;

function commentPicture(file: string, { name, theme, width }: (typeof looks)[number]): Picture {
  const limit = name === 'phone' ? undefined : limits[file];
  return {
    source: `${golden}/${file}`,
    image: `pictures/${file.replace(/\.md$/, `-${name}.png`).replace('/', '-')}`,
    theme,
    width,
    ...(limit !== undefined && { limit }),
  };
}

/** GitHub shows a file 1,012 pixels wide. */
const readme: Picture = {
  source: 'README.md',
  image: 'pictures/README.png',
  theme: 'light',
  width: 1012,
  padding: 32,
  limit: 4000,
};
