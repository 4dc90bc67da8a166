import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import { goldenPath } from './recorded.ts';
import { states } from './states.ts';
import { structureProblems } from './structure.ts';

const mask = maskOf({ externalIds: ['example-external-id'], accountIds: [] });

describe.each(Object.entries<() => Report>(states))('the state %s', (name, report) => {
  test('gives the kept Markdown, in which nothing is left open', async () => {
    const markdown = renderComment(report(), { key: 'default', mask });
    await expect(markdown).toMatchFileSnapshot(goldenPath(`states/${name}.md`));
    expect(structureProblems(markdown)).toEqual([]);
    expect(structureProblems(renderSummary(report(), mask))).toEqual([]);
  });
});
