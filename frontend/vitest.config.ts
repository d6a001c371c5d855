import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': new URL('.', import.meta.url).pathname.replace(/\/$/, '') } },
  css: { postcss: {} }, // Tailwind has nothing to do in tests
  test: {
    testTimeout: 20_000, // a machine that is busy with other things is slow, and not wrong
    environment: 'happy-dom',
    setupFiles: ['tests/setup.ts'],
    include: ['features/**/*.test.{ts,tsx}', 'graphql/**/*.test.ts', 'ui/**/*.test.{ts,tsx}'],
  },
});
