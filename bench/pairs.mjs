// Pairwise measurement: what is compared runs in turn, A B A B …, so that a machine that is busy for a while is busy
// for both, and the figure is the median of the ratios within the pairs.

/**
 * @typedef {object} Ratio
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number} pairs how many were measured
 */

/**
 * How many times as much `measured` takes as `peer`. Both return what they took, in the same unit; each runs once
 * before anything counts.
 * @param {number} pairs
 * @param {() => number | Promise<number>} measured
 * @param {() => number | Promise<number>} peer
 * @returns {Promise<Ratio>}
 */
export async function ratioOf(pairs, measured, peer) {
  await measured();
  await peer();
  /** @type {number[]} */
  const ratios = [];
  for (let pair = 0; pair < pairs; pair += 1) ratios.push((await measured()) / (await peer()));
  ratios.sort((left, right) => left - right);
  const at = (/** @type {number} */ index) => ratios[index] ?? Number.NaN;
  const middle = (ratios.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, min: at(0), max: at(ratios.length - 1), pairs };
}
