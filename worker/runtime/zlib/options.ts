/** What is looked at here of the options of `zlib.compress`; the codec checks all of them. */
export interface Options {
  format?: string;
  level?: number;
  dictionary?: ArrayBuffer | ArrayBufferView;
}

/** Whether the work is shared with that many other workers. Storing is copying: there is nothing to share out. */
export const shared = (options: Options | undefined, helpers: number): boolean => helpers > 0 && options?.level !== 0;
