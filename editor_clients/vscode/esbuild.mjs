// Bundles the extension into dist/extension.js; with --tests, each test of a pure module into dist/test/.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

if (process.argv.includes('--tests')) {
  fs.rmSync('dist/test', { recursive: true, force: true });
  const tests = fs.readdirSync('test').filter((name) => name.endsWith('.test.ts'));
  await build({
    ...common,
    entryPoints: tests.map((name) => path.join('test', name)),
    outdir: 'dist/test',
    outExtension: { '.js': '.cjs' },
    sourcemap: 'inline',
  });
} else {
  await build({
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
    minify: process.argv.includes('--minify'),
    sourcemap: !process.argv.includes('--minify'),
  });
}
