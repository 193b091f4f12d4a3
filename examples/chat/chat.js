// A chat client for zoom in plain JavaScript: it enters a room, shows what is said there, says what
// is typed, and comes back by itself when the line breaks. PROTOCOL.md describes every message.
const wish = Object.fromEntries(new URLSearchParams(location.search));
const [list, form, status] = ['ol', 'form', 'output'].map((name) => document.querySelector(name));
const people = new Map(); // participant -> name
const unsent = new Map(); // client_id -> text that the server has not acknowledged
let socket, asked, token;
let last = 0; // the number of the newest entry shown

function request(type, fields = {}, client_id = null) {
  socket.send(JSON.stringify({ id: asked.push(client_id) - 1, type, ...fields }));
}

function post(text, client_id) {
  unsent.set(client_id, text);
  if (socket.readyState === WebSocket.OPEN) request('post', { text, client_id }, client_id);
}

function show({ number, sender, body }) {
  if (number <= last) return;
  last = number;
  const item = document.createElement('li');
  item.textContent = `${sender.name}: ${body.text ?? '…'}`; // Text, never markup.
  list.append(item);
}

function enter({ resume_token, participants, timeline }) {
  token = resume_token;
  people.clear();
  for (const { participant, name } of participants) people.set(participant, name);
  timeline.entries.forEach(show);
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
