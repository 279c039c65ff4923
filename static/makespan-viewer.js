// <makespan-viewer src="run.json" view="timeline"></makespan-viewer>: Makespan in a page of yours. Load this script from
// the folder of the app, or name that folder by the attribute `app`; the file is fetched by your page and handed to the
// frame, so it needs no other permission.
'use strict';

(() => {
  // Servers that render pages import this script too. They have no elements.
  if (typeof customElements === 'undefined' || customElements.get('makespan-viewer')) return;

  const APP = new URL('./', document.currentScript.src);
  const ASK_EVERY_MS = 50;

  class MakespanViewer extends HTMLElement {
    static observedAttributes = ['app', 'src', 'view'];

    connectedCallback() {
      this.style.display ||= 'block';
      this.frame = document.createElement('iframe');
      this.frame.title = this.getAttribute('title') || 'Makespan';
      this.frame.style.cssText = 'width:100%;height:100%;border:0';
      this.append(this.frame);
      this.show();
    }

    disconnectedCallback() {
      this.stop();
      this.said?.remove();
      this.frame.remove();
      this.frame = null;
    }

    attributeChangedCallback() {
      if (this.frame) this.show();
    }

    stop() {
      clearInterval(this.asking);
      if (this.hear) window.removeEventListener('message', this.hear);
    }

    // Shows in place of the app why there is no file.
    fail(error, source) {
      if (!this.frame || source !== this.getAttribute('src')) return;
      this.stop();
      this.said = document.createElement('p');
      this.said.setAttribute('role', 'alert');
      this.said.textContent = `Makespan: ${source} cannot be fetched: ${error.message}`;
      this.frame.hidden = true;
      this.append(this.said);
      this.dispatchEvent(new CustomEvent('error', { detail: error }));
    }

    // Loads the app anew, waits until it answers, and hands it the file.
    show() {
      this.stop();
      this.said?.remove();
      this.frame.hidden = false;
      const named = this.getAttribute('app');
      const place = named ? new URL(named.replace(/\/?$/, '/'), document.baseURI) : APP;
      const address = new URL(place);
      address.hash = `v=1&view=${encodeURIComponent(this.getAttribute('view') || 'overview')}`;
      // An address that differs only behind the # would not load anew.
      address.searchParams.set('embed', String((this.shown = (this.shown || 0) + 1)));
      this.frame.src = address.href;
      const source = this.getAttribute('src');
      if (!source) return;
      const name = new URL(source, document.baseURI).pathname.split('/').pop();
      const file = fetch(source).then((response) => {
        if (!response.ok) throw new Error(`status ${response.status}`);
        return response.arrayBuffer();
      });
      file.catch((error) => this.fail(error, source));
      const app = this.frame.contentWindow;
      this.hear = (event) => {
        if (event.source !== app || event.data !== 'PONG') return;
        this.stop();
        file.then((bytes) => app.postMessage({ makespan: { files: [{ name, bytes }] } }, place.origin, [bytes]), () => {});
      };
      window.addEventListener('message', this.hear);
      this.asking = setInterval(() => app.postMessage('PING', place.origin), ASK_EVERY_MS);
    }
  }

  customElements.define('makespan-viewer', MakespanViewer);
})();
