// The plans of the OpenID Foundation for certification (August 2026), each module under its name: run, or listed with
// the reason why it does not apply. `VPGATE_MODULE=name` runs those whose names hold that.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tell } from "../shared.mjs";
import * as basic from "./basic.mjs";
import * as fapi2 from "./fapi2.mjs";
import * as logout from "./logout.mjs";

const PLANS = JSON.parse(readFileSync(new URL("plans.json", import.meta.url)));
const OURS = {
  basic: [basic.basic, basic.notApplicable],
  config: [basic.config, {}],
  "rp-initiated-logout": [logout.rpInitiated, {}],
  "backchannel-logout": [logout.backChannel, {}],
  "fapi2-security-profile-final": [fapi2.fapi2, fapi2.notApplicable],
};

const only = process.env.VPGATE_MODULE;
const stories = Object.entries(OURS).flatMap(([plan, [modules, notApplicable]]) => {
  assert.deepEqual([...Object.keys(modules), ...Object.keys(notApplicable)].sort(), [...PLANS[plan]].sort(), plan);
  for (const [name, reason] of Object.entries(notApplicable)) console.log(`not applicable: ${plan}, ${name}: ${reason}`);
  return Object.entries(modules).map(([name, module]) => [`${plan}, ${name}`, module]);
});
await tell("OpenID Foundation", Object.fromEntries(stories.filter(([name]) => !only || name.includes(only))));
