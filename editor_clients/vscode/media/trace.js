// The trace panel's page: puts in what the extension sends, and says what was clicked. Draws nothing itself.
// @ts-check
(() => {
  // @ts-ignore -- given by VS Code
  const vscode = acquireVsCodeApi();
  const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const [runs, story, said] = [part('runs'), part('story'), part('said')];
  let shown = '';
  /** What was put in last, by where. */
  const drawn = new Map();

  window.addEventListener('message', ({ data }) => {
    if (data.type !== 'render') {
      return;
    }
    const same = data.id === shown;
    const folds = same ? folded() : new Map();
    const [top, focus] = [window.scrollY, focused()];
    replace(runs, data.runs);
    replace(story, data.story);
    shown = data.id;
    for (const each of story.querySelectorAll('details[data-key]')) {
      const open = folds.get(each.getAttribute('data-key'));
      if (open !== undefined) {
        each.toggleAttribute('open', open);
      }
    }
    window.scrollTo(0, same ? top : 0);
    if (focus) {
      /** @type {HTMLElement | null} */ (document.querySelector(focus))?.focus({ preventScroll: true });
    }
    if (said.textContent !== data.said) {
      said.textContent = data.said;
    }
  });

  /** Everything in the HTML was escaped by the extension, and no script in it could run. */
  function replace(/** @type {HTMLElement} */ where, /** @type {string} */ html) {
    if (drawn.get(where) !== html) {
      where.innerHTML = html;
      drawn.set(where, html);
    }
  }

  /** Which parts are open and which are not, by their keys. */
  function folded() {
    const all = [...story.querySelectorAll('details[data-key]')];
    return new Map(all.map((each) => [each.getAttribute('data-key'), each.hasAttribute('open')]));
  }

  /** How to find again what has the focus. */
  function focused() {
    const at = document.activeElement;
    const owner = at?.parentElement?.closest('details[data-key]');
    if (at instanceof HTMLElement && at.tagName === 'SUMMARY' && owner) {
      return `details[data-key="${CSS.escape(owner.getAttribute('data-key') ?? '')}"] > summary`;
    }
    for (const name of ['data-focus', 'data-step']) {
      if (at?.hasAttribute(name)) {
        return `[${name}="${CSS.escape(at.getAttribute(name) ?? '')}"]`;
      }
    }
    return at?.id ? `#${CSS.escape(at.id)}` : '';
  }

  document.addEventListener('click', (event) => act(event.target));
  document.addEventListener('keydown', (event) => {
    const bar = event.target instanceof Element && event.target.closest('[data-step]');
    if (bar && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      act(bar);
    }
  });

  function act(/** @type {EventTarget | null} */ target) {
    const at = target instanceof Element ? target.closest('[data-step], [data-run], [data-do]') : null;
    if (!at) {
      return;
    }
    const step = at.getAttribute('data-step');
    if (step) {
      jump(part(`step-${step}`));
    } else if (at.hasAttribute('data-run')) {
      vscode.postMessage({ type: 'select', id: at.getAttribute('data-run') });
    } else {
      vscode.postMessage({ type: at.getAttribute('data-do'), id: shown });
    }
  }

  function jump(/** @type {HTMLElement} */ card) {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    card.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'center' });
    card.focus({ preventScroll: true });
  }

  vscode.postMessage({ type: 'ready' });
})();
