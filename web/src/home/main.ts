// What the home page adds where scripts run: the rooms visited from this browser.

import { forgetRoom, forgetRooms, roomPath, visitedRooms } from './visited';

const section = document.getElementById('visited');
const list = section?.querySelector('ul');
const all = section?.querySelector('button');

function show(): void {
  if (!section || !list) return;
  const rooms = visitedRooms();
  section.hidden = rooms.length === 0;
  list.replaceChildren(...rooms.map((room) => item(room.name)));
}

function item(name: string): HTMLLIElement {
  const link = document.createElement('a');
  link.href = roomPath(name);
  link.textContent = name;
  const forget = document.createElement('button');
  forget.type = 'button';
  forget.textContent = '×';
  const label = (section?.dataset['forget'] ?? '').replace('{room}', () => name);
  forget.ariaLabel = label;
  forget.title = label;
  forget.addEventListener('click', () => {
    forgetRoom(name);
    show();
  });
  const entry = document.createElement('li');
  entry.append(link, forget);
  return entry;
}

all?.addEventListener('click', () => {
  forgetRooms();
  show();
});
// Coming back by the history shows the page as it was left.
window.addEventListener('pageshow', show);
show();
