// The cities as Protocol Buffers: as text, and as descriptors for who cannot read text.

/** Messages by name: fields by name, type and, where there are many, `repeated`, numbered from 1. */
const MESSAGES = {
  Cities: [['rows', 'City', 'repeated']],
  City: [
    ['cityId', 'int32'], ['name', 'string'], ['altName', 'string'], ['country', 'string'], ['muni', 'string'], ['muniSub', 'string'],
    ['featureCode', 'string'], ['adminCode', 'string'], ['population', 'int32'], ['loc', 'Loc'],
  ],
  Loc: [['type', 'string'], ['coordinates', 'double', 'repeated']],
};

export const SOURCE = `syntax = "proto3";\n${Object.entries(MESSAGES).map(([message, fields]) =>
  `message ${message} { ${fields.map(([name, type, many = ''], i) => `${many} ${type} ${name} = ${i + 1};`).join(' ')} }`).join('\n')}`;

/** Numbers of descriptor.proto. */
const TYPES = { double: 1, int32: 5, string: 9 };
const MESSAGE = 11;
const [OPTIONAL, REPEATED] = [1, 3];

/** A `google.protobuf.FileDescriptorProto` of it. */
export const DESCRIPTORS = {
  name: 'cities.proto',
  syntax: 'proto3',
  messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: fields.map(([name, type, many], i) => ({
      name, jsonName: name, number: i + 1, label: many ? REPEATED : OPTIONAL,
      ...(TYPES[type] ? { type: TYPES[type] } : { type: MESSAGE, typeName: `.${type}` }),
    })),
  })),
};

/** A city with every field of the schema. */
export const city = ({ muni = '', muniSub = '', loc: { type, coordinates }, ...rest }) => ({ ...rest, muni, muniSub, loc: { type, coordinates } });
