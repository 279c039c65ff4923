// Imports the installed npm package: first as a server would, which has no elements, then as a page would.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const about = createRequire(import.meta.url)('makespan-viewer/package.json');
assert.equal(about.version, process.argv[2]);
await import('makespan-viewer');

const defined = new Map();
const timers = [];
globalThis.customElements = { get: (name) => defined.get(name), define: (name, type) => defined.set(name, type) };
globalThis.document = {
  baseURI: 'https://example.org/page',
  createElement: () => ({ style: {}, remove() {}, contentWindow: { postMessage() {} } }),
};
globalThis.window = { addEventListener() {}, removeEventListener() {} };
globalThis.setInterval = (work) => timers.push(work);
globalThis.HTMLElement = class {
  attributes = {};
  style = {};
  getAttribute(name) { return this.attributes[name] ?? null; }
  append() {}
};
// The query makes it another module, which runs again.
await import(`${import.meta.resolve('makespan-viewer')}?page`);
const Viewer = defined.get('makespan-viewer');
assert.ok(Viewer, 'the element is not defined');

const element = new Viewer();
element.attributes = { view: 'timeline' };
element.connectedCallback();
const frame = new URL(element.frame.src);
assert.match(frame.hash, /view=timeline/);
frame.search = frame.hash = '';
for (const file of ['index.html', 'app.js', 'app_bg.wasm', 'engine_bg.wasm', 'style.css']) {
  assert.ok(existsSync(fileURLToPath(new URL(file, frame))), `${file} is not in ${frame}`);
}
element.attributes = { app: '/static/makespan', view: 'graph' };
element.attributeChangedCallback();
assert.match(element.frame.src, /^https:\/\/example\.org\/static\/makespan\/\?embed=\d+#.*view=graph/);
process.exit(0);
