// What `/vpgate.js` must be: the sources, joined and minified. `UPDATE_WIDGET=1` writes it.
import { readFileSync, writeFileSync } from "node:fs";
import { minify } from "terser";
import { check } from "./browsing.mjs";

const at = (name) => new URL(`../../src/http/pages/widget/${name}`, import.meta.url);
const PREAMBLE = "/*! vpgate browser widget; Apache-2.0 OR MIT; types: vpgate.d.ts */";

export async function served() {
  const sources = Object.fromEntries(["qr.js", "texts.js", "vpgate.js"].map((name) => [name, readFileSync(at(name), "utf8")]));
  const { code } = await minify(sources, { ecma: 2022, toplevel: true, enclose: true, format: { preamble: PREAMBLE } });
  if (process.env.UPDATE_WIDGET === "1") writeFileSync(at("vpgate.min.js"), `${code}\n`);
  check(readFileSync(at("vpgate.min.js"), "utf8") === `${code}\n`, "vpgate.min.js is made of its sources; UPDATE_WIDGET=1 cargo test --test browser");
}
