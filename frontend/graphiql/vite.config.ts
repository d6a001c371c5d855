import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page is served at /graphql and its assets at /graphiql/, so their addresses are absolute.
export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  build: {
    // The editor (Monaco) is one large chunk by nature.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      onwarn(warning, warn) {
        // React's directives ("use client", "use no memo") mean nothing once bundled.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } },
  },
});
