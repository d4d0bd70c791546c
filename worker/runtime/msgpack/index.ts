export { decode } from "./decode.js";
export { encode } from "./encode.js";
export { KNOWN, objectOf, settings, type Lookup, type Settings } from "./options.js";
