import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const server = process.env.ROSTRUM_SERVER_URL ?? 'https://127.0.0.1:8443';

/** `vite build --config client/vite.config.ts` writes what the server serves; `vite` proxies to a running server. */
export default defineConfig({
  root: here,
  base: '/',
  // Nothing is preprocessed: Svelte strips types itself.
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: fileURLToPath(new URL('../.rostrum/client', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
  },
  server: {
    proxy: {
      // The server's certificate is self-signed on a developer's machine.
      '/api': { target: server, secure: false },
      '/socket.io': { target: server, secure: false, ws: true },
    },
  },
});
