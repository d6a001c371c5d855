/** After the build: tells the service worker which files the app consists of, and what is in them. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const OUT = new URL('out/', import.meta.url);
const LINE = "const SHELL = { version: '', files: [] };";
/** The workers themselves, what only a missing page shows, and GraphiQL's own app. */
const LEFT_OUT = /^(sw|shell)\.js$|^_?(404|not-found|_not-found)|^graphiql\/|\.map$/;

const names = readdirSync(OUT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, path, name }) => `${parentPath ?? path}/${name}`.replace(/\/+/g, '/').slice(OUT.pathname.length))
  .filter((name) => !LEFT_OUT.test(name))
  .sort();

const files = names.map((name) => {
  const hash = createHash('sha256').update(readFileSync(new URL(encodeURI(name), OUT)));
  return [`/${encodeURI(name).replace(/(^|\/)index\.html$/, '$1')}`, `sha256-${hash.digest('base64')}`];
});
const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);

const worker = new URL('shell.js', OUT);
const source = readFileSync(worker, 'utf8');
if (!source.includes(LINE)) throw new Error('shell.js has no line to put the files into.');
writeFileSync(
  worker,
  source.replace(LINE, () => `const SHELL = ${JSON.stringify({ version, files })};`),
);
console.log(`The app opens without the server: ${files.length} files, version ${version}.`);
