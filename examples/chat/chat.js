// A chat client for zoom in plain JavaScript: it enters a room, shows what is said there, says what
// is typed, and comes back by itself when the line breaks. PROTOCOL.md describes every message.
const wish = Object.fromEntries(new URLSearchParams(location.search));
const [list, form, status] = ['ol', 'form', 'output'].map((name) => document.querySelector(name));
const people = new Map(); // participant -> name
const unsent = new Map(); // client_id -> text that the server has not acknowledged
let socket, asked, token;
const items = new Map(); // number of an entry -> its line in the list
let last = 0; // the largest number that was told

function request(type, fields = {}, client_id = null) {
  socket.send(JSON.stringify({ id: asked.push(client_id) - 1, type, ...fields }));
}

function post(text, client_id) {
  unsent.set(client_id, text);
  if (socket.readyState === WebSocket.OPEN) request('post', { text, client_id }, client_id);
}

// An entry as it is from here on: another line, or a line that says something else.
function show({ number, changed, sender, thread, to, body }) {
  last = Math.max(last, changed);
  const item = items.get(number) ?? document.createElement('li');
  const said = body.text ?? { deleted: '(deleted)', call: '(a call)' }[body.type] ?? '…';
  const how = (thread ? `↳ ${thread} ` : '') + (to ? `(to ${to.name}) ` : '');
  item.textContent = `${how}${sender.name}: ${said}`; // Text; a client may show its Markdown.
  item.value = number;
  if (items.has(number)) return;
  items.set(number, item);
  list.append(item);
}

function enter({ resume_token, participants, timeline, changes, last: told }) {
  token = resume_token;
  people.clear();
  for (const { participant, name } of participants) people.set(participant, name);
  if (changes) {
    // What is older than all that is shown stays away.
    const first = items.size ? Math.min(...items.keys()) : 0;
    changes.filter(({ number }) => number >= first).forEach(show);
  } else {
    items.clear();
    list.replaceChildren();
    timeline.entries.forEach(show);
  }
  last = told;
  unsent.forEach(post); // The same client_id again never makes a second message.
}

const handlers = {
  welcome({ resumed }) {
    if (resumed) enter(resumed);
    else request('join', { room: 'blue-otter-42', name: 'Guest', ...wish });
  },
  joined: enter,
  posted: ({ id }) => unsent.delete(asked[id]),
  error: ({ id, message }) => (unsent.delete(asked[id]), alert(message)),
  entry: ({ entry }) => show(entry),
  entry_changed: ({ entry }) => show(entry),
  marked: ({ changed }) => (last = changed),
  expired: ({ before }) => items.forEach((item, number) => number < before && item.remove()),
  participant_joined: ({ participant: { participant, name } }) => people.set(participant, name),
  participant_left: ({ participant }) => people.delete(participant),
};

(function connect() {
  socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/socket`, 'zoom.1');
  asked = [];
  socket.onopen = () => request('hello', token ? { resume: { token, after: last } } : {});
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    handlers[message.type]?.(message);
    status.textContent = [...people.values()].join(', ');
  };
  socket.onclose = ({ code }) => code === 4001 || setTimeout(connect, 1000);
})();
form.onsubmit = () => (post(form.text.value, crypto.randomUUID()), form.reset(), false);
