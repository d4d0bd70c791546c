/** What an empty call calls. */
export const empty = () => {};
