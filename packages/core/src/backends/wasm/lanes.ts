/**
 * Elements in memory as the lanes of a vector, and back: side by side, apart, or one for all lanes;
 * truth values, which are bytes in memory, as lanes of ones or zeros. Read first: vector.ts.
 */
import { widths } from "../../graph/dtype.js";
import type { DType } from "../../graph/dtype.js";
import type { Code, Value } from "./assembler.js";
import { at, bits, convert, i32, i64, loadLane, loadSplat, pick, store } from "./vector.js";
import type { Place, Width } from "./vector.js";

/** Where the elements of a vector are. */
export interface Line {
  readonly dtype: DType;
  readonly base: Value;
  /** Bytes from there to the first, and elements from each to the next. */
  readonly offset: number;
  readonly stride: number;
  /** How many lanes count. */
  readonly live: number;
}

const placesOf = ({ dtype, base, offset, stride, live }: Line): Place[] =>
  Array.from({ length: live }, (_, lane) => at(base, offset + lane * stride * widths[dtype]));

/** As four lanes, or as two. */
export function loadLine(lanes: 2 | 4, line: Line): Value {
  const { dtype, stride, live } = line;
  const width = widths[dtype];
  const places = placesOf(line);
  const isLine = stride === 1 && live === lanes;
  if (stride === 0 || isLine) places.length = 1;
  let value = loadSplat(isLine ? ((width * lanes) as Width) : width, places[0]!);
  // Lanes that do not count repeat the first, so that nothing special happens in them.
  for (let i = 1; i < places.length; i++) value = loadLane(width, places[i]!, value, i);
  return dtype === "bool" ? widenBool(value, stride === 0 ? 1 : lanes, lanes) : value;
}

export function storeLine(code: Code, lanes: 2 | 4, line: Line, value: Value): void {
  const { dtype, stride, live } = line;
  const width = widths[dtype];
  const places = placesOf(line);
  const packed = dtype === "bool" ? packBool(value, lanes) : value;
  if (stride === 1 && live === lanes) {
    store(code, (width * lanes) as Width, places[0]!, packed);
    return;
  }
  const kept = live > 1 ? code.keep(packed) : packed;
  places.forEach((place, i) => store(code, width, place, kept, i));
}

/** Bytes of 0 or 1 in the lowest lanes as a bool. */
function widenBool(value: Value, count: number, lanes: 2 | 4): Value {
  // One byte fills the whole vector.
  if (count === 1) return i32.sub(i32.of(0), bits.and(value, i64.of(0x1_0000_0001n)));
  const words = convert.u32FromU16Low(convert.u16FromU8Low(value));
  return lanes === 4 ? i32.neg(words) : i64.neg(convert.u64FromU32Low(words));
}

/** A bool as bytes of 0 or 1 in the lowest lanes. */
function packBool(value: Value, lanes: 2 | 4): Value {
  const bytes = [0, 1, 2, 3].map((lane) => ((lane * 16) / lanes) % 16);
  const ones = bits.and(value, i32.of(0x0101_0101));
  return pick(ones, 1, [...bytes, ...bytes, ...bytes, ...bytes]);
}
