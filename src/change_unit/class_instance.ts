import type { ChangeMethod } from "./change_unit.ts";
import type { ChangeContext } from "./context.ts";
import { ContextFacade } from "./context_facade.ts";
import type { ChangeUnitClass } from "./declarations.ts";

/** What the methods of rollbacks undo. */
const UNDOES: Readonly<Record<string, string>> = {
  RollbackExecution: "Execution",
  RollbackBeforeExecution: "BeforeExecution",
};

/** The instance of a class in one execution. */
interface Made {
  readonly executionId: string;
  readonly instance: object;
  readonly facade: ContextFacade;
}

/**
 * The instance of a class with change units: made in an execution right before the first method, and then the same one for
 * all of them. When its constructor throws, the method that was to run has not begun, and the next one tries again.
 */
export class ClassInstance {
  readonly #definition: ChangeUnitClass;
  #made: Made | undefined;
  /** The method that was to run when no instance could be made. */
  #notBegun: { readonly executionId: string; readonly decorator: string } | undefined;

  /** Makes nothing yet. */
  constructor(definition: ChangeUnitClass) {
    this.#definition = definition;
  }

  /** A method of a change unit that calls a method of the instance, which has this decorator. */
  method(name: PropertyKey, decorator: string): ChangeMethod<object> {
    return (given) => {
      const context = given as ChangeContext;
      const { executionId } = context;
      // What could not begin needs no rollback, and a rollback that fails for the same reason would only look worse.
      if (this.#notBegun?.executionId === executionId && this.#notBegun.decorator === UNDOES[decorator]) return;
      this.#notBegun = { executionId, decorator };
      const instance = this.#instanceFor(context);
      this.#notBegun = undefined;
      return Reflect.apply(Reflect.get(instance, name), instance, [context]);
    };
  }

  #instanceFor(context: ChangeContext): object {
    const { executionId } = context;
    if (this.#made?.executionId === executionId) {
      this.#made.facade.moveTo(context);
      return this.#made.instance;
    }
    const facade = new ContextFacade(context);
    const instance = facade.lend((lent) => Reflect.construct(this.#definition, [lent]) as object);
    this.#made = { executionId, instance, facade };
    return instance;
  }
}
