// The widget's QR codes, read by somebody else's reader: every version, at its first and its last length.
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import jsQR from "jsqr";
import { check } from "./browsing.mjs";

const source = readFileSync(new URL("../../src/http/pages/widget/qr.js", import.meta.url), "utf8");
const context = createContext({ TextEncoder });
runInContext(`${source}; globalThis.made = qr;`, context);

const SCALE = 3;
const QUIET = 4;

function read(modules) {
  const side = (modules.length + 2 * QUIET) * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  modules.forEach((row, y) => row.forEach((dark, x) => {
    if (!dark) return;
    for (let i = 0; i < SCALE; i += 1) for (let j = 0; j < SCALE; j += 1) {
      pixels.fill(0, 4 * (((y + QUIET) * SCALE + i) * side + (x + QUIET) * SCALE + j), 4 * (((y + QUIET) * SCALE + i) * side + (x + QUIET) * SCALE + j) + 3);
    }
  }));
  return jsQR(pixels, side, side)?.data;
}

/** The longest text of each version, error correction M (ISO/IEC 18004 table 7). */
const LONGEST = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666];

export function qrCodes() {
  let version = 0;
  for (const longest of LONGEST) {
    version += 1;
    for (const [length, expected] of [[longest, version], [longest + 1, version + 1]]) {
      const text = `https://verify.example/${"a?b=C-1&".repeat(90)}`.slice(-length);
      const modules = context.made(text);
      if (expected > LONGEST.length) {
        check(modules === null, `no code for ${length} bytes`);
        continue;
      }
      check(modules.length === 17 + 4 * expected, `${length} bytes make version ${expected}, not a side of ${modules.length}`);
      check(read(modules) === text, `version ${expected} with ${length} bytes can be read`);
    }
  }
  const accents = "https://prüfung.example/Ä?code=✓";
  check(read(context.made(accents)) === accents, "text beyond ASCII can be read");
}
