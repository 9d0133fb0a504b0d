import { driverMutants } from "./driver_mutants.ts";
import { lockMutants } from "./lock_mutants.ts";
import type { Mutant } from "./mutant.ts";
import { protocolMutants } from "./protocol_mutants.ts";
import { unitMutants } from "./unit_mutants.ts";

/** All mutants. */
export const mutants: readonly Mutant[] = [...protocolMutants, ...unitMutants, ...lockMutants, ...driverMutants];
