#!/usr/bin/env node
/** Stands in for `gh`: releases and tags in the JSON file FAKE_GH, by GitHub's rules for immutable releases; each call is kept. */
import { readFileSync, writeFileSync } from 'node:fs';

const args = process.argv.slice(2);
const state = JSON.parse(readFileSync(process.env.FAKE_GH, 'utf8'));
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const refuse = (message) => {
  save();
  console.error(message);
  process.exit(1);
};
const save = () => writeFileSync(process.env.FAKE_GH, JSON.stringify(state));
state.calls.push(args.join(' '));
if (process.env.FAKE_GH_FAILS && args.join(' ').includes(process.env.FAKE_GH_FAILS)) refuse('HTTP 502');

const [group, verb, name] = args;
const release = state.releases[name];
if (group === 'release' && verb === 'view') {
  if (!release) refuse('release not found');
  console.log(String(release.draft));
} else if (group === 'release' && verb === 'create') {
  if (release) refuse('a release with this tag exists');
  state.releases[name] = { draft: true, target: option('--target'), files: [] };
} else if (group === 'release' && verb === 'upload') {
  if (!release.draft) refuse('Cannot upload assets to an immutable release.');
  release.files = args.filter((arg) => /\.tgz$|SHA256SUMS$/.test(arg)).map((path) => path.split('/').at(-1));
} else if (group === 'release' && verb === 'edit') {
  if (args.includes('--draft=false')) {
    release.draft = false;
    state.tags[name] ??= release.target;
  } else release.target = option('--target');
} else if (group === 'api' && verb === '--method') {
  const tag = name === 'PATCH' ? args[3].split('/').at(-1) : option('-f').split('/').at(-1);
  if ((name === 'PATCH') !== tag in state.tags) refuse('Reference does not exist, or does already');
  state.tags[tag] = args.find((arg) => arg.startsWith('sha=')).slice(4);
} else if (group === 'api' && verb.includes('matching-refs/tags/')) {
  const prefix = verb.split('/tags/')[1];
  for (const tag of Object.keys(state.tags)) if (tag.startsWith(prefix)) console.log(`refs/tags/${tag}`);
} else if (group === 'api' && verb.includes('/commits/')) {
  const tag = state.tags[verb.split('/commits/')[1]];
  if (!tag) refuse('No commit found');
  console.log(tag);
} else refuse(`unknown: ${args.join(' ')}`);
save();
