// An error arrives as it was thrown.

import { assert, assertEquals, assertRejects, fixture, page as runsOn, pool, test } from './pool.js';

/** What a worker throws, by what is to be thrown. */
function thrower(t) {
  const c = pool(t, { size: 1 });
  c.define({
    async throwing(source) {
      throw await new Function(`return ${source}`)();
    },
  });
  return (source) => assertRejects(c.throwing(source), () => true);
}

test('the built-in classes keep class, name and message', async (t) => {
  const thrown = thrower(t);
  for (const name of ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError']) {
    const error = await thrown(`new ${name}('told by ${name}')`);
    assert(error instanceof globalThis[name], name);
    assertEquals([error.name, error.message, error.constructor], [name, `told by ${name}`, globalThis[name]]);
  }
});

test('the errors of WebAssembly that are no traps keep their class', async (t) => {
  const thrown = thrower(t);
  for (const name of ['CompileError', 'LinkError']) {
    const error = await thrown(`new WebAssembly.${name}('told')`);
    assert(error instanceof WebAssembly[name], name);
    assertEquals([error.name, error.message], [name, 'told']);
  }
});

test('an own class keeps its name, and is the same class every time', async (t) => {
  const thrown = thrower(t);
  const source = `(() => {
    class QuotaError extends RangeError { constructor(message) { super(message); this.name = 'QuotaError'; this.left = 3; } }
    return new QuotaError('no room');
  })()`;
  const first = await thrown(source);
  const second = await thrown(source);
  assert(first instanceof RangeError);
  assertEquals([first.constructor.name, first.name, first.message, first.left], ['QuotaError', 'QuotaError', 'no room', 3]);
  assert(first.constructor === second.constructor);
});

test('an own class without a name of its own has that of its base', async (t) => {
  const error = await thrower(t)(`new (class Odd extends TypeError {})('odd')`);
  assertEquals([error.constructor.name, error.name, error instanceof TypeError], ['Odd', 'TypeError', true]);
});

test('own properties come along, those that cannot be cloned stay behind', async (t) => {
  const error = await thrower(t)(`Object.defineProperty(
    Object.assign(new Error('rich'), { code: 'E_RICH', details: { at: [1, 2n], on: new Date(0) }, bytes: new Uint8Array([7]), handler() {} }),
    'hidden', { value: 'quiet', enumerable: false })`);
  assertEquals(Object.keys(error).sort(), ['bytes', 'code', 'details']);
  assertEquals([error.code, error.details, error.bytes], ['E_RICH', { at: [1, 2n], on: new Date(0) }, new Uint8Array([7])]);
  assertEquals(error.hidden, 'quiet');
  assert(!('handler' in error));
});

test('properties by which the engines place their errors are the user’s own once assigned', async (t) => {
  const own = { line: 123_456, column: 'third', lineNumber: -1, columnNumber: 0.5, fileName: 'mine.csv', sourceURL: { of: 'mine' } };
  const error = await thrower(t)(`Object.assign(new Error('placed'), ${JSON.stringify(own)})`);
  for (const [name, value] of Object.entries(own)) assertEquals(error[name], value, name);
  const plain = await thrower(t)(`new Error('plain')`);
  assertEquals(Object.keys(plain), []);
});

test('an error among the own properties stays an error', async (t) => {
  const error = await thrower(t)(`Object.assign(new Error('outer'), { inner: new RangeError('inner') })`);
  assert(error.inner instanceof RangeError);
  assertEquals(error.inner.message, 'inner');
});

test('the chain of causes is kept to its end', async (t) => {
  let error = await thrower(t)(`(() => {
    let error = 'the root';
    for (let i = 40; i > 0; i -= 1) error = new (i % 2 ? TypeError : RangeError)('level ' + i, { cause: error });
    return error;
  })()`);
  for (let i = 1; i <= 40; i += 1) {
    assert(error instanceof (i % 2 ? TypeError : RangeError), `level ${i}`);
    assertEquals(error.message, `level ${i}`);
    error = error.cause;
  }
  assertEquals(error, 'the root');
});

test('a cause that is undefined is a cause; none is none', async (t) => {
  const thrown = thrower(t);
  const with_ = await thrown(`new Error('with', { cause: undefined })`);
  assertEquals([Object.hasOwn(with_, 'cause'), with_.cause], [true, undefined]);
  assertEquals(Object.hasOwn(await thrown(`new Error('without')`), 'cause'), false);
});

test('a circle of causes is a circle again', async (t) => {
  const error = await thrower(t)(`(() => {
    const a = new Error('a');
    const b = new TypeError('b', { cause: a });
    return Object.assign(a, { cause: b, self: a });
  })()`);
  assert(error.cause.cause === error);
  assert(error.self === error);
});

test('errors that refer to each other many times cost no more than they are', async (t) => {
  const error = await thrower(t)(`(() => {
    const all = Array.from({ length: 60 }, (_, i) => new Error('error ' + i));
    for (const one of all) one.others = 0, Object.assign(one, Object.fromEntries(all.map((other, i) => ['to' + i, other])));
    return all[0];
  })()`);
  assertEquals(error.to59.to3.message, 'error 3');
});

test('an AggregateError keeps its errors', async (t) => {
  const error = await thrower(t)(`Promise.any([Promise.reject(new RangeError('one')), Promise.reject('two')]).catch((error) => error)`);
  assert(error instanceof AggregateError);
  assertEquals(error.errors.length, 2);
  assert(error.errors[0] instanceof RangeError);
  assertEquals([error.errors[0].message, error.errors[1]], ['one', 'two']);
  assertEquals(Object.keys(error), []);
});

test('a DOMException keeps name and code', async (t) => {
  const thrown = thrower(t);
  const error = await thrown(`new DOMException('not there', 'NotFoundError')`);
  assert(error instanceof DOMException);
  assertEquals([error.name, error.code, error.message], ['NotFoundError', 8, 'not there']);
  const real = await thrown(`(() => { try { structuredClone(() => {}); } catch (error) { return error; } })()`);
  assert(real instanceof DOMException);
  assertEquals([real.name, real.code], ['DataCloneError', 25]);
});

test('a class of the own below DOMException keeps both', async (t) => {
  const error = await thrower(t)(`new (class HalfError extends DOMException {})('half', 'AbortError')`);
  assert(error instanceof DOMException);
  assertEquals([error.constructor.name, error.name, error.message, error.code], ['HalfError', 'AbortError', 'half', 20]);
});

test('what is no error arrives as it is', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({ throwing(value) { throw value; }, later: (value) => Promise.reject(value) });
  const values = [undefined, null, 0, -0, NaN, '', 'text', true, 12n, { code: 7, list: [1] }, [1, 2], new Date(5), new Map([[1, 2]])];
  for (const value of values) {
    const reason = {};
    for (const name of ['throwing', 'later']) {
      await c[name](value).then(() => assert(false, 'it returned'), (got) => (reason.value = got));
      assertEquals(reason.value, value);
    }
  }
});

test('both stacks are told: where it was thrown, and where it was called from', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({
    deepInTheWorker() {
      function inner() {
        throw new Error('with stacks');
      }
      inner();
    },
  });
  async function calledFromHere() {
    return c.deepInTheWorker();
  }
  const error = await assertRejects(calledFromHere(), Error, 'with stacks');
  const [worker, page] = error.stack.split('at the call from the page');
  assert(page !== undefined, error.stack);
  assert(worker.includes('inner') && worker.includes('deepInTheWorker'), `the worker's part: ${worker}`);
  assert(page.includes('calledFromHere') && page.includes('errors.test.js'), `the page's part: ${page}`);
  // WebKit's stacks name the functions of evaluated source, but not the source.
  const named = worker.includes('centaurus:///deepInTheWorker.js');
  assert(named || runsOn.engine === 'webkit', `the source is named: ${worker}`);
});

test('an error of the runtime itself has the stack of the call', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ endless: () => new Promise(() => {}) });
  async function calledFromThere() {
    return c.call('endless', [], { timeout: 1 });
  }
  const error = await assertRejects(calledFromThere(), 'TimeoutError', "'endless'");
  assert(error.stack.includes('calledFromThere'), error.stack);
});

test('a hostile error does no harm', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({
    getter() {
      throw Object.defineProperty(new Error('kept'), 'trap', { enumerable: true, get() { throw new Error('from the getter'); } });
    },
    cause() {
      throw Object.defineProperty(new Error('caused'), 'cause', { get() { throw new Error('from the cause'); } });
    },
    proxy() {
      throw new Proxy(new Error('behind a proxy'), { ownKeys() { throw new Error('no keys'); }, get() { throw new Error('nothing'); } });
    },
    revoked() {
      const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
      revoke();
      throw proxy;
    },
    name() {
      throw Object.defineProperties(new Error('odd'), { name: { value: Symbol('name') }, message: { value: { an: 'object' } } });
    },
    fine: () => 'fine',
  });
  const kept = await assertRejects(c.getter(), Error, 'kept');
  assert(!('trap' in kept));
  for (const name of ['cause', 'proxy', 'revoked', 'name']) {
    await assertRejects(c[name](), () => true);
    assertEquals(await c.fine(), 'fine');
  }
});

test('a failed call disturbs no other of its message', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ some: (i) => { if (i % 3 === 0) throw new RangeError(`number ${i}`); return i; } });
  await c.some(1);
  const settled = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => c.some(i)));
  settled.forEach((one, i) => {
    if (i % 3 === 0) assertEquals([one.reason.name, one.reason.message], ['RangeError', `number ${i}`]);
    else assertEquals(one.value, i);
  });
});

test('errors of modules, of setup and of one-offs are kept too', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(fixture('module.js'), ['fail']);
  await assertRejects(c.fail(), RangeError, 'from the module');
  const failed = await assertRejects(c.setup(() => { throw new TypeError('not set up', { cause: 'why' }); }), TypeError, 'not set up');
  assertEquals(failed.cause, 'why');
  const one = await assertRejects(c.run(() => { throw Object.assign(new URIError('one-off'), { code: 1 }); }), URIError, 'one-off');
  assertEquals(one.code, 1);
});
