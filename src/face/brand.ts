/** The class of an object, of whatever realm. */
export const brand = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
