// What the worker imports of the app's: TypeScript that has to be compiled.
export enum Unit {
  Metre = 1,
  Kilometre = 1000,
}

export const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
