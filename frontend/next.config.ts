import type { NextConfig } from 'next';

// export: `out/`, served by the API's own process. standalone: a Node server for an image. Otherwise as Next or its host
// would have it. The latter two pass the API's paths on.
const output = (['export', 'standalone'] as const).find((name) => name === process.env.NEXT_OUTPUT);
const api = process.env.API_ORIGIN ?? 'http://127.0.0.1:8000';

// What graphql_api/doors/browser_headers.py says where it serves the app. It puts the hash of each script and style attribute in
// its pages where these say 'unsafe-inline'; here policy.mjs does, once Next has written the pages.
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src-elem 'self' 'unsafe-inline'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  ["connect-src 'self'", process.env.NEXT_PUBLIC_API_URL, process.env.NEXT_PUBLIC_WS_URL].filter(Boolean).join(' '),
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const unused = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

const security = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': unused.map((feature) => `${feature}=()`).join(', '),
  'Content-Security-Policy': policy,
};

const config: NextConfig = {
  ...(output && { output }),
  trailingSlash: true, // out/login/index.html: a plain file server finds it
  images: { unoptimized: true },
  // What would optimize them: native code, without which the server runs on every kind of machine.
  outputFileTracingExcludes: { 'next-server': ['**/node_modules/@img/**', '**/node_modules/sharp/**'] },
  poweredByHeader: false,
  reactStrictMode: true,
  ...(output !== 'export' && {
    skipTrailingSlashRedirect: true,
    // Links in mails and calendars lead to the web app's own address.
    rewrites: async () =>
      [
        '/graphql',
        '/graphiql/:path*',
        '/livez',
        '/readyz',
        '/health',
        '/.well-known/:path*',
        '/channels/:path*',
        '/calendar/:path*',
      ].map((source) => ({ source, destination: `${api}${source}` })),
    headers: async () => [
      { source: '/:path*', headers: Object.entries(security).map(([key, value]) => ({ key, value })) },
      {
        source: '/:path*',
        has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https' }],
        headers: [{ key: 'Strict-Transport-Security', value: 'max-age=31536000' }],
      },
    ],
  }),
};
export default config;
