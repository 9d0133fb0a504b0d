import type { Said } from "./attributes.ts";
import type { ClassInstance } from "./class_instance.ts";
import type { DeclaredMethod } from "./declarations.ts";

/** A class, and what its decorators say. */
export interface DeclaredClass {
  /** The attributes of the decorator above the class. */
  readonly attributes: Said;
  /** Its decorated methods. */
  readonly methods: readonly DeclaredMethod[];
  /** Its instance of one execution, once there is one. */
  readonly instance: ClassInstance;
}

/** Lists methods in a sentence. */
export function namesOf(methods: readonly Pick<DeclaredMethod, "name">[]): string {
  return methods.map(({ name }) => `\`${String(name)}\``).join(" and ");
}
