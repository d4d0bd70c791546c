// What the scripts of the guide take for granted.

import type { Centaurus } from 'centaurus';

declare global {
  /** A pool, with whatever has been registered. */
  const c: Centaurus & Record<string, any>;
  const file: File;
  const buffer: ArrayBuffer;
  const bytes: Uint8Array<ArrayBuffer>;
  const upload: Blob;
  const response: Response & { body: ReadableStream<Uint8Array<ArrayBuffer>> };
  const value: any;
  const values: any;
  const image: any;
  const text: string;
  const token: () => Promise<string>;
  const small: Uint8Array<ArrayBuffer>;
  const signal: AbortSignal;
  const onProgress: (progress: unknown) => void;
  const secret: Uint8Array<ArrayBuffer>;
  const s: import('centaurus').CentaurusSocket;
  const files: import('centaurus').CentaurusStorage;
  /** React's. */
  const useEffect: (effect: () => void | (() => void), dependencies: unknown[]) => void;
  const setAnswer: (answer: number) => void;
  /** The classic script's, and what it loads. */
  const Centaurus: typeof import('centaurus').Centaurus;
  const pako: unknown;
  /** Chromium's, which TypeScript's library of the DOM lacks. */
  const trustedTypes: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): any } };
}
