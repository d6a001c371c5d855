import type { NextConfig } from 'next';

// export: `out/`, served by the API's own process; otherwise a Node server that passes the API's paths on.
const output = process.env.NEXT_OUTPUT === 'export' ? ('export' as const) : undefined;
const api = process.env.API_ORIGIN ?? 'http://127.0.0.1:8000';

const config: NextConfig = {
  ...(output && { output }),
  trailingSlash: true, // out/login/index.html: a plain file server finds it
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  ...(output === undefined && {
    skipTrailingSlashRedirect: true,
    // Links in mails and calendars lead to the web app's own address.
    rewrites: async () =>
      ['/graphql', '/livez', '/channels/:path*', '/calendar/:path*'].map((source) => ({
        source,
        destination: `${api}${source}`,
      })),
  }),
};
export default config;
