import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/count-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/nova/**/*.test.ts"],
    globalSetup: "test/nova/global-setup.ts",
    pool: "forks",
    fileParallelism: false, // Keystone and Nova stand on SQLite: one writer at a time
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ["default", new CountReporter()],
  },
});
