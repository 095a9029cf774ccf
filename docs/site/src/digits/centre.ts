/**
 * A drawing as MNIST has its digits: what is drawn fits into 20 × 20 pixels, and its centre of mass
 * is in the middle of 28 × 28. (LeCun, Cortes, Burges: The MNIST database of handwritten digits.)
 */

/** How wide and high the pictures are that a network sees. */
export const SIDE = 28;
const INSIDE = 20;
/** What is darker than this is drawn. */
const INK = 0.1;

/** Square pictures of `side` pixels a row, from 0 to 1, made pictures of 28. */
interface Frame {
  /** The middle of the result, and how many pixels become one, in those of the drawing. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** The drawing as a network sees it, in shades of a byte; `null` if there is none. */
export function seen(
  pixels: ArrayLike<number>,
  side: number,
  isCentred: boolean,
): Float32Array | null {
  const frame = frameOf(pixels, side);
  if (frame === null) return null;
  return sampled(
    pixels,
    side,
    isCentred ? frame : { x: side / 2, y: side / 2, scale: side / SIDE },
  );
}

function frameOf(pixels: ArrayLike<number>, side: number): Frame | null {
  let [left, right, top, bottom] = [side, -1, side, -1];
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const ink = pixels[row * side + column]!;
      mass += ink;
      x += ink * (column + 0.5);
      y += ink * (row + 0.5);
      if (ink <= INK) continue;
      [left, right] = [Math.min(left, column), Math.max(right, column)];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    }
  }
  if (right < 0) return null;
  return { x: x / mass, y: y / mass, scale: Math.max(right - left + 1, bottom - top + 1) / INSIDE };
}

/** Each pixel of the result is the mean of what it covers, looked at in many places. */
function sampled(pixels: ArrayLike<number>, side: number, { x, y, scale }: Frame): Float32Array {
  const result = new Float32Array(SIDE * SIDE);
  const places = Math.max(2, Math.ceil(scale));
  for (let i = 0; i < result.length; i++) {
    // MNIST takes pixel (14, 14) for the middle, which is half a pixel beyond it.
    const column = (i % SIDE) - SIDE / 2 - 0.5;
    const row = Math.floor(i / SIDE) - SIDE / 2 - 0.5;
    let sum = 0;
    for (let k = 0; k < places * places; k++) {
      const across = x + (column + ((k % places) + 0.5) / places) * scale;
      const down = y + (row + (Math.floor(k / places) + 0.5) / places) * scale;
      sum += inkAt(pixels, side, across, down);
    }
    result[i] = Math.round((255 * sum) / places ** 2) / 255;
  }
  return result;
}

/** The ink between four pixels. */
function inkAt(pixels: ArrayLike<number>, side: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [u, v] = [x - 0.5 - left, y - 0.5 - top];
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const [column, row] = [left + (corner & 1), top + (corner >> 1)];
    if (column < 0 || row < 0 || column >= side || row >= side) continue;
    const share = (corner & 1 ? u : 1 - u) * (corner >> 1 ? v : 1 - v);
    sum += share * pixels[row * side + column]!;
  }
  return sum;
}
