/** The ways to write a list of cities as bytes and read it again, all by calls to the pool: formats, and what squeezes them. */

/** The cities as Protocol Buffers. */
export const SCHEMA = `\
syntax = "proto3";
message Cities { repeated City cities = 1; }
message City {
  uint32 cityId = 1;
  string name = 2;
  string altName = 3;
  string country = 4;
  string featureCode = 5;
  string adminCode = 6;
  int64 population = 7;
  Place loc = 8;
  optional string muni = 9;
  optional string muniSub = 10;
}
message Place { string type = 1; repeated double coordinates = 2; }`;

/** Levels of deflate; 0 stands for none at all. */
const LEVELS = [0, 1, 6, 9];

/** The formats by name: `write(value, options)` gives bytes, `read(bytes, options)` the value. */
export function formats(c, schema) {
  return {
    JSON: {
      write: (rows, options) => c.with(options).toJson(rows),
      read: (bytes, options) => c.with(options).fromJson(bytes),
    },
    MessagePack: {
      write: (rows, options) => c.msgpack.encode(rows, options),
      read: (bytes, options) => c.msgpack.decode(bytes, options),
    },
    "Protocol Buffers": {
      write: (rows, options) => schema.encode("Cities", { cities: rows }, options),
      read: async (bytes, options) => (await schema.decode("Cities", bytes, options)).cities,
    },
  };
}

/** A format and then, at a level above 0, a call to compress what it wrote. */
export function squeezed(c, format, name, level) {
  if (level === 0) return { format: name, level, ...format };
  return {
    format: name,
    level,
    write: async (rows, options) => c.zlib.compress(await format.write(rows, options), { ...options, level }),
    read: async (bytes, options) => format.read(await c.zlib.decompress(bytes, options), options),
  };
}

/** `pack` does both in one call. */
const packed = (c, level) => ({
  format: "pack",
  level,
  write: (rows, options) => c.pack(rows, { ...options, level }),
  read: (bytes, options) => c.unpack(bytes, options),
});

/** Every format with every level: `[{ format, level, write, read }]`. */
export function combinations(c, schema) {
  const plain = Object.entries(formats(c, schema)).flatMap(([name, format]) =>
    LEVELS.map((level) => squeezed(c, format, name, level)));
  return [...plain, ...LEVELS.map((level) => packed(c, level))];
}
