import { Centaurus } from 'centaurus';
import { AssetKeeper } from 'centaurus/keeper';
import { tell } from './check.js';
import { keep } from './keep.js';

void tell(() => keep(Centaurus, AssetKeeper));
