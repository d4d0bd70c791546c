// Numbers as the tables show them.

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** A duration given in ms. */
export const time = (ms) => (ms < 1 ? `${digits(ms * 1000)} µs` : `${digits(ms)} ms`);

export const times = (factor) => `${factor.toFixed(2)} ×`;

/** Bytes in so many ms, as MB (a million bytes) a second. */
export const speed = (bytes, ms) => `${digits(bytes / 1000 / ms)} MB/s`;

export const count = (number) => number.toLocaleString('en-US');

export const bytes = count;
