import { Centaurus } from 'centaurus';
import { createElement, useEffect, useState } from 'react';

/** How often it has been mounted and given up, and what became of its calls. */
export const log = { mounts: 0, disposals: 0, values: [], errors: [] };

/** A component with a pool of its own, which ends with it. */
export function Answer() {
  const [answer, setAnswer] = useState('…');
  useEffect(() => {
    log.mounts += 1;
    const c = new Centaurus({ size: 1 });
    c.run((x) => 2 * x, 21).then(
      (value) => {
        log.values.push(value);
        setAnswer(value);
      },
      (error) => log.errors.push(error.name),
    );
    return () => {
      log.disposals += 1;
      c.terminate();
    };
  }, []);
  return createElement('output', { id: 'answer' }, answer);
}
