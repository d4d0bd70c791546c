export { decode } from "./decode.js";
export { encode } from "./encode.js";
export { KNOWN, objectOf, settings, type Lookup, type Settings } from "./options.js";
export { decoded, encoded } from "./stream.js";
export { Splitter } from "./splitter.js";
