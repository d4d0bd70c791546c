/** Whether two types are the same, not only assignable to each other. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
export declare function holds<_T extends true>(): void;

/** The type of what a promise resolves to. */
export type Resolved<T extends (...args: never[]) => unknown> = Awaited<ReturnType<T>>;
