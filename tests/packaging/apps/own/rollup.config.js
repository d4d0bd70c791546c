import resolve from '@rollup/plugin-node-resolve';
import typescript from './typescript.cjs';

export default {
  input: { main: 'entries/main.ts', jobs: 'jobs.ts' },
  output: { dir: 'rollup', format: 'es' },
  plugins: [resolve({ browser: true, extensions: ['.ts', '.js'] }), typescript.rollup()],
};
