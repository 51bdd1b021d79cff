/** Builds the page (renderer/) to dist/page. Chromium 114 is the oldest that shows it; light-dark() and nesting are lowered to it. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'chrome114',
    cssTarget: 'chrome114',
    chunkSizeWarningLimit: 4_000,
  },
  css: { transformer: 'lightningcss', lightningcss: { targets: { chrome: 114 << 16 } } },
  worker: { format: 'es' },
});
