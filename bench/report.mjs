// One line a figure, and whether all limits were kept.

let broken = 0;

/** @param {string} title */
export function section(title) {
  console.log(`\n${title}`);
}

/**
 * Tells a figure. `atMost` or `atLeast` is its limit, if it has one.
 * @param {string} what
 * @param {string} peer what it is measured against
 * @param {import("./pairs.mjs").Ratio} ratio
 * @param {{ atMost?: number, atLeast?: number }} [limit]
 */
export function figure(what, peer, { median, min, max, pairs }, { atMost, atLeast } = {}) {
  const kept = median <= (atMost ?? Number.POSITIVE_INFINITY) && median >= (atLeast ?? 0);
  if (!kept) broken += 1;
  const bound = atMost === undefined ? `at least ${String(atLeast)}` : `at most ${String(atMost)}`;
  const limit =
    atMost === undefined && atLeast === undefined ? "no limit" : `${bound}: ${kept ? "kept" : "BROKEN"}`;
  const spread = `${shown(min)} to ${shown(max)}, ${String(pairs)} pairs`;
  console.log(`  ${what.padEnd(40)} ${shown(median).padStart(6)} × ${peer.padEnd(26)} (${spread}); ${limit}`);
}

/**
 * Tells what was not measured, and why.
 * @param {string} what
 * @param {string} why
 */
export function skipped(what, why) {
  console.log(`  ${what.padEnd(40)} skipped: ${why}`);
}

/** How many limits were broken so far. */
export function brokenLimits() {
  return broken;
}

/** @param {number} ratio */
function shown(ratio) {
  return ratio.toFixed(ratio < 10 ? 2 : 1);
}
