/** After the build: beside each file that gets smaller by it, the same compressed, so that no server does it again. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const OUT = new URL('out/', import.meta.url);
const TEXT = /\.(js|css|html|txt|svg|json|webmanifest)$/;
const WAYS = { br: (content) => brotliCompressSync(content), gz: (content) => gzipSync(content, { level: 9 }) };

for (const name of readdirSync(OUT, { recursive: true }).filter((name) => TEXT.test(name))) {
  const file = new URL(encodeURI(name), OUT);
  const content = readFileSync(file);
  for (const [suffix, compress] of Object.entries(WAYS)) {
    const compressed = compress(content);
    if (compressed.length < content.length) writeFileSync(`${file.pathname}.${suffix}`, compressed);
  }
}
