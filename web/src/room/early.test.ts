// Before the app is there: what is typed stays, what is pressed is carried out once, and never without a name.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { keep, takeOver } from './early';

let root: HTMLElement;
let form: HTMLFormElement;
let field: HTMLInputElement;
let button: HTMLButtonElement;

function part<Type extends HTMLElement>(selector: string): Type {
  const found = root.querySelector<Type>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

function press(): SubmitEvent {
  const event = new SubmitEvent('submit', { cancelable: true });
  form.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  document.body.innerHTML =
    '<div id="app" data-prepared data-joining="Joining…"><form><input name="name"><button type="submit">Join</button></form></div>';
  root = document.getElementById('app') ?? document.body;
  form = part('form');
  field = part('input');
  button = part('button');
});

afterEach(() => {
  document.body.replaceChildren();
});

test('the name of the last meeting is there', () => {
  keep(root, () => 'Ann');
  expect(field.value).toBe('Ann');
});

test('a browser that remembers nothing asks for the name', () => {
  keep(root, () => {
    throw new Error('no storage');
  });
  expect(field.value).toBe('');
});

test('a press with a name shows that it was taken, and the app carries it out', () => {
  keep(root, () => 'Ann');
  expect(press().defaultPrevented).toBe(true);
  expect(button.disabled).toBe(true);
  expect(button.textContent).toBe('Joining…');
  const submit = vi.spyOn(form, 'requestSubmit').mockReturnValue();
  takeOver(root)?.carryOut();
  expect(submit).toHaveBeenCalledOnce();
});

test('a press without a name asks for it', () => {
  keep(root, () => '');
  press();
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(button.disabled).toBe(false);
});

test('whoever wrote a name after a press without one is not entered unasked', () => {
  keep(root, () => '');
  press();
  field.value = 'An';
  const submit = vi.spyOn(form, 'requestSubmit').mockReturnValue();
  takeOver(root)?.carryOut();
  expect(submit).not.toHaveBeenCalled();
});

test('nothing is carried out that was not pressed', () => {
  keep(root, () => 'Ann');
  const submit = vi.spyOn(form, 'requestSubmit').mockReturnValue();
  takeOver(root)?.carryOut();
  expect(submit).not.toHaveBeenCalled();
});

test('once the app is there it alone answers a press', () => {
  keep(root, () => 'Ann');
  takeOver(root);
  expect(press().defaultPrevented).toBe(false);
  expect(button.disabled).toBe(false);
});

test('where the server sent no entrance there is nothing to take over', () => {
  delete root.dataset['prepared'];
  expect(takeOver(root)).toBeNull();
});
