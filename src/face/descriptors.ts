/** What schemas were compiled to, by their `encode`: the schema itself may come behind a Proxy, such as Vue's. */
export const descriptors = new WeakMap<object, Uint8Array>();
