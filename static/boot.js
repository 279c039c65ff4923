// Starts Makespan. The build appends this file to the glue that wasm-bindgen writes (`--target no-modules`) for its two
// programs, the page (`wasm_bindgen`) and the engine (`makespan_engine`), and the sum, app.js, is one classic script
// with two roles: in a page it finds, compiles and starts the page's wasm, and starts the engine in a worker; in a
// worker it starts the engine once the page has sent the compiled module. One script because a page opened from disk
// may run only the inline script whose hash its policy names, and because that script's own text is then the worker's.
// Where no worker can be started the engine runs in the page, at the other end of a channel.
//
// A report has the same script with an engine that reads less, and a third program (`makespan_unpack`): its programs
// are packed as one text, which a worker unpacks.
//
// An inline script must hold neither an opening HTML comment nor a closing script tag; `cargo xtask build` checks it.
(() => {
  'use strict';

  // By program: the file beside the page, and the place in what a report packs.
  const APP = { file: 'app_bg.wasm', place: 0 };
  const ENGINE = { file: 'engine_bg.wasm', place: 1 };
  // The blocks of a report.
  const PROGRAMS = 'makespan-programs';
  const UNPACKER = 'makespan-unpacker';
  const BOOT_LINE = 'makespan-boot';
  // The smallest module with a vector instruction, () -> v128: whether the browser has SIMD, as all of 2023 have.
  const VECTOR = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0,
    65, 0, 253, 15, 253, 98, 11]);

  if (typeof document === 'undefined') {
    workerRole();
  } else {
    pageRole(document.currentScript);
  }

  // ---------------------------------------------------------------------------------------------------------- worker

  // Messages that come before the module is up are kept and given again, in their order, once it is.
  function workerRole() {
    const early = [];
    self.onmessage = (event) => {
      const { makespanModule: module, makespanPacked: packed } = event.data || {};
      if (packed) {
        unpackedPrograms(packed).then(
          (programs) => self.postMessage({ programs }, programs.map((program) => program.buffer)),
          (error) => self.postMessage({ failure: error.message }),
        );
        return;
      }
      if (!module) {
        early.push(event);
        return;
      }
      self.onmessage = (later) => early.push(later);
      makespan_engine({ module_or_path: module }).then(
        () => {
          self.onmessage = null;
          makespan_engine.serve(self);
          for (const { data, ports } of early) {
            self.dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
          }
        },
        // Reaches the page as the worker's `error` event; a rejected promise would stay unseen there.
        (error) => self.reportError(error),
      );
    };
  }

  // ------------------------------------------------------------------------------------------------------------ page

  function pageRole(script) {
    const scriptUrls = new Set();
    const trusted = policies(scriptUrls);
    const isEmbedded = () => document.getElementById(PROGRAMS) !== null;

    const start = async () => {
      try {
        if (!WebAssembly.validate(VECTOR)) throw new Error('this browser has no SIMD for WebAssembly');
        const embedded = isEmbedded() ? embeddedPrograms() : null;
        const load = ({ file, place }) =>
          embedded ? embedded.then((programs) => compiled(programs[place])) : hostedModule(file, script.src);
        // The engine compiles while the page starts; what goes wrong with it is heard of when it is first used.
        const engine = load(ENGINE);
        engine.catch(() => {});
        const { module, bytes } = await load(APP);
        globalThis.makespan = { wasmBytes: bytes, startEngine: () => startEngine(engine), readEmbedded };
        engine.then((loaded) => { globalThis.makespan.engineBytes = loaded.bytes; }, () => {});
        await wasm_bindgen({ module_or_path: module });
        takeLaunches();
        keepForOffline();
      } catch (error) {
        sayWhyNot(error, isEmbedded());
      }
    };

    // The blocks that a report embeds may come after this script.
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', start, { once: true });
    } else {
      start();
    }

    // Files that the system opens with the installed app are given to the page as chosen ones.
    function takeLaunches() {
      if (!('launchQueue' in globalThis)) return;
      globalThis.launchQueue.setConsumer(async ({ files }) => {
        const input = document.getElementById('makespan-open');
        if (input === null || !files || files.length === 0) return;
        const given = new DataTransfer();
        for (const handle of files) given.items.add(await handle.getFile());
        input.files = given.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
      });
    }

    // The published page opens without a network once it was opened with one. A server on this machine is not kept: its
    // pages show what it has.
    function keepForOffline() {
      if (isEmbedded() || location.protocol !== 'https:' || !navigator.serviceWorker) return;
      const url = new URL('offline.js', script.src).href;
      scriptUrls.add(url);
      navigator.serviceWorker.register(trusted.createScriptURL(url)).catch((error) => {
        console.info('Makespan will not open without a network:', error);
      });
    }

    // One blob serves every worker: its URL is what the policy below lets through.
    let workerUrl = null;
    function newWorker() {
      if (workerUrl === null) {
        workerUrl = script.src ||
          URL.createObjectURL(new Blob([script.textContent], { type: 'text/javascript' }));
        scriptUrls.add(workerUrl);
      }
      return new Worker(trusted.createScriptURL(workerUrl));
    }

    // The programs of a report, unpacked in a worker, since the page would stand still meanwhile; in the page where no
    // worker answers.
    async function embeddedPrograms() {
      const packed = {
        unpacker: await readEmbedded(UNPACKER),
        text: document.getElementById(PROGRAMS).textContent,
      };
      let worker = null;
      try {
        worker = newWorker();
        const answer = await new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = reject;
          worker.postMessage({ makespanPacked: packed });
        });
        if (answer.programs) return answer.programs;
      } catch (error) {
        console.warn('Makespan unpacks its programs without a worker:', error);
      } finally {
        if (worker !== null) worker.terminate();
      }
      return unpackedPrograms(packed);
    }

    // What the page talks to the engine through: the worker, or one end of a channel.
    function startEngine(engine) {
      const failed = (error) => sayWhyNot(error, isEmbedded());
      try {
        const worker = newWorker();
        engine.then(({ module }) => worker.postMessage({ makespanModule: module })).catch(failed);
        return worker;
      } catch (error) {
        console.warn('Makespan works without a worker:', error);
        const { port1, port2 } = new MessageChannel();
        engine
          .then(({ module }) => makespan_engine({ module_or_path: module }))
          .then(() => makespan_engine.serve(port2))
          .catch(failed);
        return port1;
      }
    }
  }

  // Trusted Types: `default` judges each string that reaches an HTML sink (leptos parses its own static markup through
  // a template; what a run file says never takes this way), `worker` each address a worker is started from. The
  // default policy has no createScript and no createScriptURL, so every such sink refuses.
  function policies(scriptUrls) {
    const forbidden =
      /<(script|iframe|object|embed|link|meta|base|form|style)|[\s"'\/]on\w+\s*=|javascript:|srcdoc|<!-{2}/i;
    const createHTML = (text) => {
      if (forbidden.test(text)) throw new TypeError('markup that Makespan never writes');
      return text;
    };
    const createScriptURL = (url) => {
      if (!scriptUrls.has(url)) throw new TypeError('not the address of a Makespan worker');
      return url;
    };
    if (!globalThis.trustedTypes) return { createScriptURL };
    trustedTypes.createPolicy('default', { createHTML });
    return trustedTypes.createPolicy('worker', { createScriptURL });
  }

  // ------------------------------------------------------------------------------------------------------------ wasm

  async function hostedModule(file, scriptUrl) {
    const url = new URL(file, scriptUrl).href;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${file} answered with status ${response.status}`);
    const type = response.headers.get('Content-Type') || '';
    if (WebAssembly.compileStreaming && type.startsWith('application/wasm')) {
      const module = await WebAssembly.compileStreaming(response);
      const [entry] = performance.getEntriesByName(url, 'resource');
      return { module, bytes: entry ? entry.decodedBodySize : 0 };
    }
    return compiled(await response.arrayBuffer());
  }

  // The bytes of the programs of a report: the unpacker unpacks the text of the others.
  async function unpackedPrograms({ unpacker, text }) {
    try {
      await makespan_unpack({ module_or_path: await WebAssembly.compile(unpacker) });
      return makespan_unpack.unpack(text);
    } catch (cause) {
      throw new Error('the programs of this file cannot be unpacked', { cause });
    }
  }

  async function compiled(bytes) {
    return { module: await WebAssembly.compile(bytes), bytes: bytes.byteLength };
  }

  // ------------------------------------------------------------------------------------------------- embedded blocks

  // A promise of the bytes of a block `<script type="application/octet-stream" id="ID">`, which holds base64 of gzip; null
  // when the page has no such block. Decoded by hand: the policy of a report refuses `fetch` of a data: address.
  function readEmbedded(id) {
    const block = document.getElementById(id);
    return block === null ? null : unpacked(block);
  }

  async function unpacked(block) {
    try {
      const packed = new Blob([fromBase64(block.textContent)]);
      const stream = packed.stream().pipeThrough(new DecompressionStream('gzip'));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch (cause) {
      throw new Error(`the part ${block.id} of this file cannot be unpacked`, { cause });
    }
  }

  function fromBase64(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const dense = text.replace(/\s+/g, '');
    const padding = dense.endsWith('==') ? 2 : dense.endsWith('=') ? 1 : 0;
    const bytes = new Uint8Array((dense.length / 4) * 3 - padding);
    // Four characters are three bytes: pieces of a multiple of four decode on their own, and none grows large.
    const piece = 1 << 16;
    for (let from = 0, to = 0; from < dense.length; from += piece) {
      const binary = atob(dense.slice(from, from + piece));
      for (let at = 0; at < binary.length; at += 1) bytes[to++] = binary.charCodeAt(at);
    }
    return bytes;
  }

  // --------------------------------------------------------------------------------------------------------- failure

  function sayWhyNot(error, isReport) {
    console.error(error);
    document.documentElement.dataset.makespanState = 'failed';
    const line = document.getElementById(BOOT_LINE);
    if (line === null) return;
    const reason = typeof WebAssembly === 'undefined'
      ? 'WebAssembly is switched off in this browser'
      : String((error && error.message) || error);
    line.textContent = isReport
      ? `The interactive view could not start here (${reason}). What stands below is complete without it.`
      : `Makespan could not start here: ${reason}. It needs a browser of 2023 or later with WebAssembly switched on.`;
    line.hidden = false;
  }
})();
