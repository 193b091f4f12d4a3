/**
 * The entrance before the app is there. The server sends it with the page, so that one types one's name and presses the
 * button while the app is on its way; what was pressed is kept, and carried out by the app.
 *
 * `early.js` is this alone, inside the page, and cannot import anything.
 */

/** On the page's root: the entrance is as the server sent it. */
const prepared = 'prepared';
/** On the form: the button was pressed, with a name or without. */
const pressed = 'pressed';

const parts = (root: HTMLElement) => {
  const form = root.querySelector('form');
  const field = form?.querySelector('input');
  const button = form?.querySelector<HTMLButtonElement>('[type=submit]');
  return form && field && button ? { form, field, button } : null;
};

/** Keeps what is done until the app takes over. `remembered` reads the name of the last meeting. */
export function keep(root: HTMLElement, remembered: () => string): void {
  const found = parts(root);
  if (found === null) return;
  const { form, field, button } = found;
  try {
    field.value ||= remembered();
  } catch {
    // A browser that remembers nothing asks for the name each time.
  }
  // On phones the keyboard would cover the preview.
  if (matchMedia('(pointer: fine)').matches) field.focus();
  form.addEventListener('submit', (event) => {
    if (!(prepared in root.dataset)) return;
    event.preventDefault();
    const named = field.value.trim() !== '';
    form.dataset[pressed] = named ? 'named' : 'nameless';
    if (named) {
      button.disabled = true;
      button.textContent = root.dataset['joining'] ?? '';
    } else {
      field.setAttribute('aria-invalid', 'true');
      field.focus();
    }
  });
}

/** Ends the keeping. Null where the server sent no entrance; else the app does what was pressed, once it is there. */
export function takeOver(root: HTMLElement): { carryOut: () => void } | null {
  if (!(prepared in root.dataset)) return null;
  delete root.dataset[prepared];
  const asked = parts(root)?.form.dataset[pressed];
  return {
    carryOut: () => {
      const found = parts(root);
      // Whoever has written a name since then presses once more.
      if (asked === 'named' || (asked === 'nameless' && found?.field.value.trim() === '')) {
        found?.form.requestSubmit();
      }
    },
  };
}
