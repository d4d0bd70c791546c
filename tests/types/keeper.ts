// The types of the keeper.
import { Centaurus } from "centaurus";
import { AssetKeeper, type AssetKept, type AssetSkipped, type KeepOutcome, type SkipReason, SnapshotError } from "centaurus/keeper";
import { holds, type Same } from "./check.js";

const c = new Centaurus();
const keeper = new AssetKeeper(c, c.storage("assets", { quota: 1e8 }), {
  root: document.body,
  filter: ({ url, element, attribute }) => url.endsWith(".png") && element.isConnected && attribute === "src",
  also: { "a[download]": "href" },
  candidates: "all",
  maxSize: 1e6,
});
// A pool whose functions the compiler knows will do as well.
const typed = await c.define({ add: (a: number, b: number) => a + b });
new AssetKeeper(typed, typed.storage("assets"));
// @ts-expect-error a store is not a name
new AssetKeeper(c, "assets");
// @ts-expect-error no such option
new AssetKeeper(c, c.storage("assets"), { size: 1 });
// @ts-expect-error no such choice
new AssetKeeper(c, c.storage("assets"), { candidates: "some" });

keeper.addEventListener("kept", ({ detail }) => holds<Same<typeof detail, AssetKept>>());
keeper.addEventListener("skipped", ({ detail }) => {
  holds<Same<typeof detail, AssetSkipped>>();
  const reason: SkipReason = detail.reason;
  // @ts-expect-error no such reason
  if (reason === "forbidden") throw detail.error;
});
keeper.addEventListener("served", ({ detail: { element } }) => element.remove());
keeper.addEventListener("anything", { handleEvent: (event) => void event.type }, { once: true });

const outcome = await keeper.start().keep(new URL("https://example.org/a.png"), { crossOrigin: "anonymous" });
holds<Same<typeof outcome, KeepOutcome>>();
if (outcome.kept) outcome.size.toFixed();
else outcome.message.trim();
// @ts-expect-error the outcome has to be looked at first
outcome.reason;
const response = await keeper.match("/a.png");
holds<Same<typeof response, Response | undefined>>();
const served: number = await keeper.restore(document);
const id: string = await keeper.snapshot();
const put: boolean = await keeper.restoreSnapshot(id);
const error: "SnapshotError" = new SnapshotError().name;
{
  using other = new AssetKeeper(c, c.storage("other"));
  other.stop();
}
