import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

// The window is WebKitGTK on Linux: its oldest supported build behaves like Safari 16.4.
export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  base: "./",
  server: { port: 5173, strictPort: true, host: "127.0.0.1", fs: { allow: [".."] } },
  build: { outDir: "dist", target: "safari16.4", chunkSizeWarningLimit: 600, sourcemap: false },
  test: {
    environment: "jsdom",
    testTimeout: 30_000,
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test-setup.ts"],
  },
});
