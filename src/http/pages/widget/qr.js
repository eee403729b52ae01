"use strict";
// QR codes without anybody's help: a page that embeds the widget may forbid images from elsewhere.

// ISO/IEC 18004, bytes, error correction M: codewords per block, and blocks, of versions 1 to 20.
const ECC = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (((x / 3) | 0) + (y >> 1)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** The modules of a QR code, row by row, 1 is dark; null when the text is too long (666 bytes). */
function qr(text) {
  const bytes = [...new TextEncoder().encode(text)];
  let version = 0, ecc, blocks, raw, room, align;
  do {
    if (++version > 20) return null;
    ecc = ECC[version - 1];
    blocks = BLOCKS[version - 1];
    align = version > 1 ? ((version / 7) | 0) + 2 : 0;
    raw = ((16 * version + 128) * version + 64 - (align && (25 * align - 10) * align - 55) - (version > 6 && 36)) >> 3;
    room = raw - ecc * blocks;
  } while (bytes.length + (version < 10 ? 2 : 3) > room);

  // Mode, length, bytes and the end mark are whole half bytes.
  const halves = [4];
  const put = (value, count) => { while (count--) halves.push((value >> (4 * count)) & 15); };
  put(bytes.length, version < 10 ? 2 : 4);
  for (const byte of bytes) put(byte, 2);
  put(0, 1);
  const words = [];
  for (let i = 0; i < halves.length; i += 2) words.push((halves[i] << 4) | halves[i + 1]);
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad);

  // Reed-Solomon over GF(256) modulo 0x11d.
  const times = (a, b) => {
    let product = 0;
    for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> i) & 1) * a);
    return product;
  };
  const divisor = Array(ecc).fill(0);
  divisor[ecc - 1] = 1;
  for (let i = 0, root = 1; i < ecc; i++, root = times(root, 2)) {
    for (let j = 0; j < ecc; j++) divisor[j] = times(divisor[j], root) ^ (divisor[j + 1] ?? 0);
  }
  const parts = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const part = words.slice(at, (at += ((raw / blocks) | 0) - ecc + (i >= blocks - (raw % blocks))));
    const rest = Array(ecc).fill(0);
    for (const word of part) {
      const factor = word ^ rest.shift();
      rest.push(0);
      divisor.forEach((it, j) => (rest[j] ^= times(it, factor)));
    }
    parts.push([part, rest]);
  }
  const stream = [0, 1].flatMap((which) =>
    [...parts.at(-1)[which].keys()].flatMap((i) => parts.map((part) => part[which][i]).filter((word) => word !== undefined)));

  // The fixed patterns; what they leave free is undefined until the bits fill it.
  const size = version * 4 + 17;
  const grid = Array.from({ length: size }, () => Array(size));
  const set = (x, y, dark) => { if (grid[y] && x >= 0 && x < size) grid[y][x] = +dark; };
  const square = (x, y, reach, dark) => {
    for (let i = -reach; i <= reach; i++) for (let j = -reach; j <= reach; j++) set(x + i, y + j, dark(Math.max(Math.abs(i), Math.abs(j))));
  };
  for (let i = 0; i < size; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  const step = align && Math.floor((version * 8 + align * 3 + 5) / (align * 4 - 4)) * 2;
  const places = Array.from({ length: align }, (_, i) => (i ? size - 7 - (align - 1 - i) * step : 6));
  for (const x of places) for (const y of places) {
    if (!(x === 6 && (y === 6 || y === size - 7)) && !(y === 6 && x === size - 7)) square(x, y, 2, (ring) => ring !== 1);
  }
  const remainder = (value, bits, divisor) => {
    let rest = value;
    for (let i = 0; i < bits; i++) rest = (rest << 1) ^ ((rest >> (bits - 1)) * divisor);
    return (value << bits) | rest;
  };
  const mark = (mask) => {
    const bits = remainder(mask, 10, 0x537) ^ 0x5412;
    for (let i = 0; i < 15; i++) {
      const dark = (bits >> i) & 1;
      set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, dark);
      set(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, dark);
    }
    set(8, size - 8, 1);
  };
  mark(0);
  for (let i = 0, bits = remainder(version, 12, 0x1f25); version > 6 && i < 18; i++) {
    const near = (i / 3) | 0, far = size - 11 + (i % 3);
    set(near, far, (bits >> i) & 1);
    set(far, near, (bits >> i) & 1);
  }

  const free = [];
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) for (const x of [right, right - 1]) {
      const y = (right + 1) & 2 ? i : size - 1 - i;
      if (grid[y][x] === undefined) free.push([x, y]);
    }
  }
  const masked = MASKS.map((mask, number) => {
    mark(number);
    free.forEach(([x, y], i) => set(x, y, (((stream[i >> 3] >> (7 - (i & 7))) & 1) ^ !mask(x, y))));
    return grid.map((row) => [...row]);
  });
  return masked.reduce((best, other) => (penalty(other) < penalty(best) ? other : best));
}

function penalty(rows) {
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))].map((line) => line.join(""));
  let sum = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (x && y && dark === row[x - 1] && dark === rows[y - 1][x] && dark === rows[y - 1][x - 1]) sum += 3;
  }));
  const dark = rows.flat().reduce((a, b) => a + b) / rows.length ** 2;
  return sum + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
