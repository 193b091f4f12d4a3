// Where every twentieth packet is lost and the server is far, pictures go on and sound is whole.
import type { BrowserName } from '../support/browsers.ts';
import type { LinkConditions, Report } from '../support/link/link.ts';
import { ends, expectBestPicture, samples, soundGoals, tell } from '../support/link/measure.ts';
import { between, stoodStill, type Received } from '../support/link/sample.ts';
import { test } from '../support/link/test.ts';

const seconds = 60;

/** 100 ms there and back. A delay that grew in the middle would look like a queue. */
const distant: LinkConditions = { down: { delay_ms: 50 }, up: { delay_ms: 50 } };

/** With 5 % loss each way. */
const lossy: LinkConditions = {
  down: { delay_ms: 50, loss: 0.05 },
  up: { delay_ms: 50, loss: 0.05 },
};

/** What a retransmitted packet is on the link beyond its payload: RTP with extensions, the number
 *  of the lost packet, the tag of SRTP, UDP, IP, Ethernet. */
const packetOverheadBytes = 12 + 12 + 2 + 16 + 8 + 20 + 14;

/** Repaired bytes sent for each byte lost, on the link. */
function repair(received: Received, before: Report, after: Report): number | null {
  const { retransmitted_bytes: bytes, retransmitted_packets: packets } = received;
  if (bytes === null || packets === null) return null;
  const lost = after.down.bytes_lost - before.down.bytes_lost;
  // Of what was sent the link lost its share, too.
  const arrived = 1 - (lossy.down?.loss ?? 0);
  return (bytes + packets * packetOverheadBytes) / arrived / lost;
}

for (const [watcher, bothLossy] of [
  ['chromium', false],
  ['firefox', false],
  ['chromium', true],
] as [BrowserName, boolean][]) {
  const whose = bothLossy ? 'both links' : 'the link of the one who watches';

  test(`5 % loss and 100 ms on ${whose}, in ${watcher}`, async ({ place }) => {
    const near = await place('chromium');
    const far = await place(watcher);
    const ann = await near.publisher('Ann');
    const kim = await far.person('Kim');
    far.link.set(distant);
    if (bothLossy) near.link.set(distant);
    await ann.enter('loss', { microphone: true, camera: true });
    await kim.enter('loss');
    await expectBestPicture(kim);

    far.link.set(lossy);
    if (bothLossy) near.link.set(lossy);
    const before = await far.link.report();
    const [first, last] = ends(await samples(kim.page, seconds));
    const after = await far.link.report();

    const received = between(first, last);
    const repaired = repair(received, before, after);
    const frames = after.down.frames_in - before.down.frames_in;
    const lost = (after.down.frames_lost - before.down.frames_lost) / frames;
    tell(`loss, ${whose}`, { watcher, lost, repaired, ...received }, [
      { what: 'share of frozen time', value: stoodStill(received), atMost: 0.01 },
      ...soundGoals(received),
      // Repairs on the way to the server are not in what this link lost.
      { what: 'repaired for each lost byte', value: bothLossy ? null : repaired, atMost: 1.3 },
    ]);
  });
}
