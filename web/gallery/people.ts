// Who is in the gallery's rooms, and what they said.
import type { Participant, Person, Quality } from '../src/protocol/messages';
import { WrittenRoom } from '../src/call/testing/room';
import { participant } from '../src/call/testing/server';
import type { World } from './world';

const names: Record<World['language'], readonly string[]> = {
  en: ['Ann', 'Bo', '지민', 'Carla', 'Deniz', 'Emre', 'Freya', 'Gustav', 'Hana', 'Ines'],
  ko: ['지민', '민수', 'Ann', '하은', '서연', '도윤', 'Bo', '은우', '수아', '지호'],
};

/** Names that are hard on a layout. */
const hardNames: readonly string[] = [
  'Ann',
  'Maximiliane-Alexandra von Hohenfels-Wettersbach',
  '남궁민수 (연구개발본부 플랫폼기획팀 책임연구원)',
  'فاطمة الزهراء بنت عبد الرحمن',
  'יהונתן בן־דוד',
  'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen',
  'Ольга Константиновна',
  '👩‍🚀 Zoë',
  'Bo',
];

/** Whoever sits at this place has this id. */
export function idAt(place: number): string {
  return `p-${String(place)}`;
}

/** The place of whoever has this id. */
export function placeOf(id: string): number {
  return Number(id.slice(2));
}

export function nameAt(world: World, place: number): string {
  const known = world.names === 'mixed' ? hardNames : names[world.language];
  const name = known[place % known.length] ?? '';
  const round = Math.floor(place / known.length);
  return round === 0 ? name : `${name} ${String(round + 1)}`;
}

export function participantAt(world: World, place: number): Participant {
  const hand = world.hands.indexOf(place);
  const level = world.poor.includes(place) ? 'poor' : world.fair.includes(place) ? 'fair' : 'good';
  const quality: Quality =
    level === 'good'
      ? { level, reason: 'none' }
      : { level, reason: level === 'poor' ? 'loss' : 'bandwidth', direction: 'up' };
  return participant(idAt(place), {
    name: nameAt(world, place),
    connected: !world.away.includes(place),
    sources: {
      microphone: !world.muted.includes(place),
      camera: !world.dark.includes(place),
      screen: world.screens.includes(place),
      screen_audio: false,
    },
    quality,
    ...(hand >= 0 && { hand: hand + 1 }),
  });
}

const talks: Record<World['language'], readonly [number, string][]> = {
  en: [
    [1, 'Hello! Is everybody here?'],
    [2, '네, 잘 들려요 👋'],
    [1, 'The plan is at https://example.org/garden'],
    [0, 'Great. I will write down what we decide:\n1. seeds by Friday\n2. Bo brings the ladder'],
  ],
  ko: [
    [1, '안녕하세요! 다들 오셨나요?'],
    [2, 'Yes, I can hear you 👋'],
    [1, '계획은 여기 있어요: https://example.org/garden'],
    [0, '좋아요. 정한 것을 적어 둘게요.\n1. 씨앗은 금요일까지\n2. 사다리는 민수님이 가져오기'],
  ],
};

/** More of the same, for a timeline that scrolls. */
const more: Record<World['language'], readonly string[]> = {
  en: [
    'Which bed gets the tomatoes?',
    'The one by the wall, it keeps the warmth of the evening until long after the sun went down.',
    'Thaumatococcusdaniellii-and-other-words-without-a-place-to-break-a-line-in-them-at-all',
    '🌱🌻🍅',
  ],
  ko: [
    '토마토는 어느 밭에 심을까요?',
    '담장 옆이 좋겠어요. 해가 진 뒤에도 저녁의 온기가 오래 남아 있거든요.',
    '띄어쓰기없이아주길게이어지는문장도화면밖으로나가지않고잘보여야합니다그렇지않으면읽을수가없습니다',
    '🌱🌻🍅',
  ],
};

const minute_ms = 60_000;

export function personAt(world: World, place: number): Person {
  const { participant, author, name, ordinal } = participantAt(world, place);
  return { participant, author, name, ordinal };
}

/** What was said before one came, up to a moment. */
export function talkOf(world: World, now_ms: number): WrittenRoom {
  const said: [number, string][] = [];
  if (world.talk === 'long' || world.talk === 'lively') {
    for (let round = 0; round < 4; round += 1) {
      more[world.language].forEach((text, index) => said.push([(round + index) % 3, text]));
    }
  }
  if (world.talk === 'endless') {
    const lines = more[world.language];
    for (let index = 0; index < endless; index += 1) {
      const text = lines[(index * 7) % lines.length] ?? '';
      said.push([Math.floor(index / 3) % 3, `(${String(index + 1)}) ${text}`]);
    }
  }
  if (world.talk !== 'none') said.push(...talks[world.language]);
  const room = new WrittenRoom();
  said.forEach(([place, text], index) => {
    room.time_ms = now_ms - (said.length - index) * minute_ms;
    const sender = personAt(world, place % world.people);
    room.write(sender, `said-${String(index)}`, { body: { type: 'message', text } });
  });
  if (world.talk === 'lively') enliven(room, world, now_ms);
  if (world.talk === 'files') sendFiles(room, world, now_ms);
  return room;
}

/** Messages of a room in which much was said. */
const endless = 5_000;

const livelyTalks: Record<World['language'], readonly string[]> = {
  en: [
    'Shall we meet by the shed?',
    'Yes, at four. I bring **gloves** and:\n\n- two spades\n- `seeds.csv`\n\n> and some tea',
    'I cannot come today, sorry',
    'This one is not for everybody',
    'Ann, can you bring the key?',
    'Of course',
    'Me too, thanks!',
    'See you there',
  ],
  ko: [
    '창고 앞에서 만날까요?',
    '네, 네 시에요. **장갑**은 제가 가져갈게요. 그리고\n\n- 삽 두 자루\n- `씨앗.csv`\n\n> 차도 조금',
    '저는 오늘 못 가요. 미안해요',
    '이 글은 모두에게 보이지 않습니다',
    '지민님, 열쇠 가져다줄 수 있어요?',
    '물론이죠',
    '저도요, 고마워요!',
    '거기서 봐요',
  ],
};

/** A call, a thread, emoji, an edit, a deletion and a private message. */
function enliven(room: WrittenRoom, world: World, now_ms: number): void {
  const [ask = '', yes = '', sorry = '', secret = '', key = '', sure = '', also = '', last = ''] =
    livelyTalks[world.language];
  const people = [0, 1, 2].map((place) => personAt(world, place % world.people));
  const [self, one, two] = people as [Person, Person, Person];
  let next = 0;
  const said = (sender: Person, text: string, more: object = {}) => {
    next += 1;
    room.time_ms = now_ms - (20 - next) * minute_ms;
    const body = { type: 'message' as const, text };
    return room.write(sender, `lively-${String(next)}`, { body, ...more }).number;
  };
  const asked = said(one, ask);
  said(self, yes);
  for (const [reaction, ...who] of [
    ['👍', self, one, two],
    ['🎉', two],
  ] as const) {
    for (const by of who) room.mark(asked + 1, reaction, by, true);
  }
  room.edit(said(two, sorry), sorry);
  const gone = said(one, sorry);
  room.remove(gone);
  said(one, secret, { to: self });
  room.time_ms = now_ms - 15 * minute_ms;
  const ended_ms = now_ms - 3 * minute_ms;
  room.write(one, 'call-1', { body: { type: 'call', people, count: 5, ended_ms } });
  const root = said(two, key);
  said(self, sure, { thread: root });
  said(one, also, { thread: root });
  said(one, last);
  room.mark(room.last, '❤️', two, true);
  room.write(one, 'call-2', { body: { type: 'call', people: people.slice(0, 2), count: 2 } });
}

const captions: Record<World['language'], readonly string[]> = {
  en: ['The beds as they are', 'And the plan, with seeds', 'What I heard there'],
  ko: ['지금 밭은 이래요', '계획과 씨앗 목록이에요', '거기서 들은 소리예요'],
};

/** Pictures alone and together, sound, and files with long names. */
function sendFiles(room: WrittenRoom, world: World, now_ms: number): void {
  const ko = world.language === 'ko';
  const [one, two] = [1, 2].map((place) => personAt(world, place % world.people)) as [
    Person,
    Person,
  ];
  const [beds = '', plan = '', heard = ''] = captions[world.language];
  const picture = (name: string, width: number, height: number) => ({
    // What serves the gallery draws one of this size.
    hash: `${String(width)}x${String(height)}`,
    name,
    media_type: 'image/png',
    bytes: 482_113,
    picture: { width, height },
  });
  const file = (name: string, media_type: string, bytes: number) => ({
    hash: 'file',
    name,
    media_type,
    bytes,
  });
  const sent: [Person, string, ReturnType<typeof file>[]][] = [
    [one, beds, [picture(ko ? '밭.png' : 'beds.png', 1600, 1200)]],
    [
      two,
      '',
      [
        picture(ko ? '하나.png' : 'one.png', 900, 1200),
        picture(ko ? '둘.png' : 'two.png', 1200, 700),
        picture(ko ? '셋.png' : 'three.png', 800, 800),
      ],
    ],
    [
      one,
      plan,
      [
        file(
          ko
            ? '아래 골짜기 원예 모임 연간 계획서 최종 수정본.hwp'
            : 'yearly plan of the gardening society of the lower valley.pdf',
          'application/octet-stream',
          2_140_000,
        ),
        file(ko ? '씨앗.csv' : 'seeds.csv', 'text/plain', 812),
      ],
    ],
    [two, heard, [file(ko ? '새소리.wav' : 'birds.wav', 'audio/wav', 8_044)]],
  ];
  sent.forEach(([sender, text, files], index) => {
    room.time_ms = now_ms - (sent.length - index) * 1_000;
    const body = { type: 'message' as const, ...(text !== '' && { text }), files };
    room.write(sender, `file-${String(index)}`, { body });
  });
}
