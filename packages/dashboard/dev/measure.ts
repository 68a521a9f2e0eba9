// Fails when the built dashboard is larger than it may be: what a browser loads, gzipped.
//   node packages/dashboard/dev/measure.ts
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const maxKiB = 150;

const files = globSync(join(import.meta.dirname, "../dist/**/*.{html,js,css,svg}"));
const sizes = files.map((file) => [basename(file), gzipSync(readFileSync(file)).length] as const);
const kiB = sizes.reduce((sum, [, bytes]) => sum + bytes, 0) / 1_024;
const list = sizes.map(([name, bytes]) => `${name} ${(bytes / 1_024).toFixed(1)}`).join(", ");
console.log(`dashboard: ${kiB.toFixed(1)} KiB gzipped of ${maxKiB} (${list})`);
if (files.length === 0 || kiB > maxKiB) process.exitCode = 1;
