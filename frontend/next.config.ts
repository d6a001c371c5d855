import type { NextConfig } from 'next';

// export: `out/`, served by the API's own process. standalone: a Node server for an image. Otherwise as Next or its host
// would have it. The latter two pass the API's paths on.
const output = (['export', 'standalone'] as const).find((name) => name === process.env.NEXT_OUTPUT);
const api = process.env.API_ORIGIN ?? 'http://127.0.0.1:8000';

// What graphql_api/doors/web.py says where it serves the app. It knows the hash of each inline script; Next, which writes
// them, can't tell beforehand.
const policy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  ["connect-src 'self'", process.env.NEXT_PUBLIC_API_URL, process.env.NEXT_PUBLIC_WS_URL].filter(Boolean).join(' '),
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const security = {
  'Content-Security-Policy': policy,
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

const config: NextConfig = {
  ...(output && { output }),
  trailingSlash: true, // out/login/index.html: a plain file server finds it
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  ...(output !== 'export' && {
    skipTrailingSlashRedirect: true,
    // Links in mails and calendars lead to the web app's own address.
    rewrites: async () =>
      ['/graphql', '/graphiql/:path*', '/livez', '/readyz', '/health', '/channels/:path*', '/calendar/:path*'].map(
        (source) => ({ source, destination: `${api}${source}` }),
      ),
    headers: async () => [
      { source: '/:path*', headers: Object.entries(security).map(([key, value]) => ({ key, value })) },
    ],
  }),
};
export default config;
