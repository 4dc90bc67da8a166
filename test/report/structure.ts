import { marked, type Token, type Tokens } from 'marked';

/** HTML that we write ourselves: folded parts, the marker and the last line. */
const ownHtml =
  /^(?:<\/?details>|<\/?sub>|<summary>[^<>&@#]*<\/summary>|<!-- kolena-s3-access(?: \{[^<>]*\}|:end "[^<>]*") -->|\s)*$/;

/**
 * What is wrong with a piece of our Markdown, as a parser of GitHub's flavour sees it: something left open, a table row
 * of another width, or data that became a mention, a reference, a link, HTML or emphasis.
 */
export function structureProblems(markdown: string): string[] {
  const problems: string[] = [];
  const tokens = marked.lexer(markdown, { gfm: true });
  const opened = (markdown.match(/^<details>$/gm) ?? []).length;
  let depth = 0;
  walk(tokens, (token) => {
    if (token.type === 'html') {
      if (!ownHtml.test(token.raw)) problems.push(`HTML: ${token.raw}`);
      for (const [tag] of token.raw.matchAll(/<\/?details>/g)) {
        depth += tag === '<details>' ? 1 : -1;
        if (depth < 0 || depth > 1) problems.push('<details> out of balance');
      }
    } else if (token.type === 'code') {
      if (!/^(`{3,})[a-z]*\n[^]*\n\1\s*$/.test(token.raw))
        problems.push(`open fence: ${token.raw.slice(0, 80)}`);
    } else if (token.type === 'text' || token.type === 'escape') {
      if ('tokens' in token) return;
      if (/[@#<>`]|https?:\/\/|www\.[\w-]|\bGH-\d|\b[0-9a-f]{7,40}\b/i.test(token.raw))
        problems.push(`text: ${token.raw}`);
    } else if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      const lines = token.raw.trimEnd().split('\n');
      if (lines.length !== rows.length + 2) problems.push('a table swallowed other lines');
      for (const line of lines)
        if (line.match(/(?<!\\)\|/g)?.length !== header.length + 1)
          problems.push(`row of another width: ${line}`);
    } else if (!known.has(token.type)) problems.push(`${token.type}: ${token.raw.slice(0, 80)}`);
    if (
      token.type === 'link' &&
      !/^https:\/\/github\.com\/octo-org\/octo-repo\//.test((token as Tokens.Link).href)
    )
      problems.push(`link: ${token.raw}`);
  });
  if (depth !== 0) problems.push(`${depth} <details> of ${opened} left open`);
  return problems;
}

const known = new Set(
  [
    'heading',
    'paragraph',
    'list',
    'list_item',
    'space',
    'blockquote',
    'codespan',
    'strong',
    'br',
    'link',
    'html',
  ].concat('code'),
);

function walk(tokens: readonly Token[], visit: (token: Token) => void): void {
  void marked.walkTokens([...tokens], (token) => {
    visit(token);
  });
}

/** Bodies of the fenced blocks in a language. */
export function fenced(markdown: string, language: string): string[] {
  const found: string[] = [];
  walk(marked.lexer(markdown, { gfm: true }), (token) => {
    if (token.type === 'code' && (token as Tokens.Code).lang === language)
      found.push((token as Tokens.Code).text);
  });
  return found;
}
