// The exams of tests/vectors/msgpack, as JavaScript's values.

const bytes = (hex) => Uint8Array.from(hex.split('-').filter(Boolean), (byte) => parseInt(byte, 16));

/**
 * Each exam: the `messages` that stand for its `value`, the `extensions` it takes, and whether the value says all of it, so
 * that writing it has to give one of the messages.
 */
export function* exams(suite) {
  for (const exam of Object.values(suite).flat()) {
    const [kind] = Object.keys(exam);
    const { value, whole = true } = meaning(kind, exam);
    yield { name: JSON.stringify(exam), messages: exam.msgpack.map(bytes), value, whole, extensions: kind === 'ext' ? [exam.ext[0]] : [] };
  }
}

function meaning(kind, exam) {
  // Where a number is too large for JSON, it stands as text as well.
  if (exam.bignum) return { value: BigInt(exam.bignum) };
  if (kind === 'binary') return { value: bytes(exam.binary) };
  if (kind === 'ext') return { value: { type: exam.ext[0], data: bytes(exam.ext[1]) } };
  if (kind !== 'timestamp') return { value: exam[kind] };
  const [seconds, nanoseconds] = exam.timestamp;
  const date = new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
  // Beyond what a Date can say, a timestamp stays the extension that it is.
  if (Number.isNaN(date.getTime())) return { value: { type: -1, data: bytes(exam.msgpack[0]).slice(3) }, whole: false };
  return { value: date, whole: nanoseconds % 1e6 === 0 };
}

/** What was read, in the form in which the exam's value has it: the messages are numbers of every kind that can hold it. */
export function inTermsOf(value, read) {
  if (typeof value === 'bigint' && typeof read === 'number') return BigInt(read);
  return read === 0 ? 0 : read;
}
