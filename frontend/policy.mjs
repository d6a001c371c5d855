/** After the build of a Node server: has its policy know what the pages hold inline by hash, instead of allowing it all. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const PAGES = new URL('.next/server/app/', import.meta.url);
const MANIFESTS = ['.next/', '.next/standalone/.next/'].map(
  (folder) => new URL(`${folder}routes-manifest.json`, import.meta.url),
);
const SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const STYLE_ATTRIBUTE = /<[a-z][^>]*?\sstyle="([^"]*)"/g;
/** What React writes in an attribute, and what a browser reads there. */
const ESCAPED = { '&quot;': '"', '&#x27;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };

const pages = readdirSync(PAGES, { recursive: true })
  .filter((name) => name.endsWith('.html'))
  .map((name) => readFileSync(new URL(name, PAGES), 'utf8'));

function hashes(what, read = (text) => text) {
  const found = pages.flatMap((page) => [...page.matchAll(what)].map(([, text]) => read(text)));
  return [...new Set(found)].sort().map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

const scripts = hashes(SCRIPT).join(' ');
const unescaped = (text) => text.replace(/&(?:quot|#x27|lt|gt|amp);/g, (found) => ESCAPED[found]);
const attributes = hashes(STYLE_ATTRIBUTE, unescaped);
const filled = {
  "script-src 'self' 'unsafe-inline'": `script-src 'self' ${scripts}`,
  "style-src-attr 'unsafe-inline'": `style-src-attr ${["'unsafe-hashes'", ...attributes].join(' ')}`,
};

for (const manifest of MANIFESTS.filter((path) => existsSync(path))) {
  let text = readFileSync(manifest, 'utf8');
  for (const [open, strict] of Object.entries(filled)) {
    if (!text.includes(open)) throw new Error(`${manifest.pathname} does not say ${open}.`);
    text = text.replace(open, () => strict);
  }
  writeFileSync(manifest, text);
}
console.log(`The policy knows ${hashes(SCRIPT).length} scripts and ${attributes.length} style attributes by hash.`);
