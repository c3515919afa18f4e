import { defineConfig } from "../../ui/node_modules/@playwright/test";

/** The interface in a browser, on the real backend behind `dev-bridge`. */
export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results/ui",
  // The journeys bake and train: one after the other, as a person would.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      ...(process.env["CHROMIUM"] ? { executablePath: process.env["CHROMIUM"] } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    },
  },
});
