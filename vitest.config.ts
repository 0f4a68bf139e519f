import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/count-reporter.ts";

const slow = (process.env["SLOW"] ?? "") !== "";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/nova/**"], // needs a real Keystone and Nova: npm run test:nova
    pool: "forks",
    // Most of the time is spent waiting for programs that were started; one worker, the default on two cores, idles.
    maxWorkers: 3,
    testTimeout: slow ? 600_000 : 60_000,
    hookTimeout: 120_000, // packing and installing the package once takes a while on a cold cache
    reporters: ["default", new CountReporter()],
  },
});
