import { Centaurus } from 'centaurus';
import { tell, use } from './check.js';

void tell(() => use(Centaurus));
