/**
 * The one error of this package. Read `panel.ts` next: what a plot function returns.
 */

/**
 * Thrown when a plot cannot be drawn from what was passed. The message names the argument, says
 * why it cannot be drawn and what to pass instead.
 *
 * @example
 * lossCurve({ losses: [] }) // throws PlotError: lossCurve: losses is empty
 */
export class PlotError extends Error {
  override readonly name = "PlotError";
}
