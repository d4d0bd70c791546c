// The example of demo/rust, used as a visitor does.

import { assert, assertEquals, eventually, test } from './harness.js';

/** The page in a frame, once it has drawn its picture. */
async function open(t) {
  const frame = document.createElement('iframe');
  frame.style.cssText = 'width: 800px; height: 900px';
  frame.src = '/demo/rust/index.html';
  document.body.append(frame);
  t.after(() => frame.remove());
  await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  const find = (id) => frame.contentDocument.getElementById(id);
  const status = () => find('status').textContent;
  await eventually(() => status().startsWith('400 rows'), { message: `the picture was not drawn` });
  return { find, status };
}

/** Whether some pixels of the picture are of the set, and some are not. */
function isDrawn(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const inside = (at) => data[at] === 8 && data[at + 1] === 10 && data[at + 2] === 24;
  let set = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] !== 255) return false;
    if (inside(at)) set += 1;
  }
  return set > 0 && set < data.length / 4;
}

test('the picture is drawn by the workers, nearer at a click, and again from the start', async (t) => {
  const { find, status } = await open(t);
  const picture = find('picture');
  assert(isDrawn(picture), 'pixels are missing');
  const whole = picture.toDataURL();
  const { left, top, width, height } = picture.getBoundingClientRect();
  const at = { clientX: left + width * 0.4, clientY: top + height * 0.4, bubbles: true };
  // The second comes while the first is being drawn: its calls are dropped.
  picture.dispatchEvent(new picture.ownerDocument.defaultView.MouseEvent('click', at));
  picture.dispatchEvent(new picture.ownerDocument.defaultView.MouseEvent('click', at));
  await eventually(() => status() === '400 rows, 2.0e-1 wide', { message: 'nothing nearer was drawn' });
  assert(picture.toDataURL() !== whole, 'the picture is the same');
  find('again').click();
  await eventually(() => status() === '400 rows, 3.2e0 wide', { message: 'nothing was drawn again' });
  assertEquals(picture.toDataURL(), whole);
});

test('an error in Rust is shown', async (t) => {
  const { find, status } = await open(t);
  const picture = find('picture');
  const { MouseEvent } = picture.ownerDocument.defaultView;
  const { left, top } = picture.getBoundingClientRect();
  for (let nearer = 0; nearer < 30; nearer += 1) {
    picture.dispatchEvent(new MouseEvent('click', { clientX: left + 1, clientY: top + 1, bubbles: true }));
  }
  await eventually(() => status().startsWith('RangeError: a view of'), { message: 'no error was shown' });
});

test('primes are listed as they come', async (t) => {
  const { find } = await open(t);
  find('count').value = '10';
  find('list').click();
  await eventually(() => find('primes').textContent === '2 3 5 7 11 13 17 19 23 29', { message: 'no primes' });
});
