export { AssetKeeper } from "./keeper.js";
export { SnapshotError } from "./snapshot-error.js";
