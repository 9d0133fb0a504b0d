/** Gives the object or function that a façade stands for at this moment. */
type Lead = () => object;

/** What calls the function that it is a member of: the façade, which then knows what to do. */
const CALLERS: readonly unknown[] = [Function.prototype.call, Function.prototype.apply, Function.prototype.bind];

/** What each façade stands for. */
const leads = new WeakMap<object, Lead>();

/** Objects that do not change with a context, and that the runtime takes for what they are only without a façade. */
const VALUES = [Date, RegExp, ArrayBuffer, Promise];

/**
 * A context for a constructor, whose parts outlive the method that is running: façades, which lead to the context of the
 * method that is running whenever they are used. So a `db` that is kept takes part in the transaction of each method, and
 * throws after the last one has ended, as that context itself does. Calls go to the real objects, private fields and all.
 *
 * While the context is lent, what is made of a façade, such as `db.collection("users")`, is a façade as well, and made anew
 * when what it was made of has been replaced. Only values (texts, numbers, dates, …), promises, and the plain data that a call
 * has returned are handed over as they are.
 */
export class ContextFacade {
  readonly #facade: object;
  #context: object;
  #isLent = false;
  /** What was asked for while the context was lent, and was not there. */
  readonly #absent = new Set<PropertyKey>();

  /** Makes a façade that leads to a context. */
  constructor(context: object) {
    this.#context = context;
    this.#facade = this.#standFor(context, () => this.#context);
  }

  /** Lends the context to somebody who keeps parts of it. */
  lend<Result>(borrow: (context: object) => Result): Result {
    this.#isLent = true;
    try {
      return borrow(this.#facade);
    } finally {
      this.#isLent = false;
    }
  }

  /**
   * From here on everything leads to another context.
   *
   * @throws {TypeError} when that has something for which the borrower has kept `undefined`, for example a session.
   */
  moveTo(context: object): void {
    this.#context = context;
    for (const name of this.#absent) {
      if (Reflect.get(context, name) === undefined) continue;
      throw new TypeError(
        `The constructor has kept \`${String(name)}\`, which was not there at that time but is now: ` +
          "read it from the context that the method is given",
      );
    }
  }

  #standFor(value: object, lead: Lead): object {
    const facade: object = new Proxy(standIn(value), {
      get: (_, name) => this.#get(facade, lead, name),
      set: (_, name, assigned) => Reflect.set(lead(), name, assigned),
      has: (_, name) => Reflect.has(lead(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(lead(), name),
      ownKeys: () => Reflect.ownKeys(lead()),
      getPrototypeOf: () => Reflect.getPrototypeOf(lead()),
      defineProperty: (_, name, descriptor) => Reflect.defineProperty(lead(), name, descriptor),
      getOwnPropertyDescriptor(target, name) {
        const descriptor = Reflect.getOwnPropertyDescriptor(lead(), name);
        if (descriptor === undefined) return undefined;
        // What a proxy reports has to go with its own target, which has nothing but the length of a list.
        return name in target && Array.isArray(target)
          ? { ...descriptor, writable: true, configurable: false }
          : { ...descriptor, configurable: true };
      },
      apply: (_, receiver, parameters) => this.#apply(lead as () => Callable, receiver, parameters),
      construct: (_, parameters, made) => Reflect.construct(lead() as Callable, parameters, currentOf(made)),
    });
    leads.set(facade, lead);
    return facade;
  }

  #get(facade: object, lead: Lead, name: PropertyKey): unknown {
    const value: unknown = Reflect.get(lead(), name);
    if (this.#isLent && value === undefined && facade === this.#facade) this.#absent.add(name);
    if (name === "constructor" || CALLERS.includes(value)) return value;
    if (typeof value !== "function" && (!this.#isLent || isValue(value))) return value;
    return this.#standFor(value as object, () => present(Reflect.get(lead(), name), name));
  }

  #apply(lead: () => Callable, receiver: unknown, parameters: unknown[]): unknown {
    const isMethod = leads.has(receiver as object);
    const call = () => {
      const [called, on] = [lead(), currentOf(receiver)];
      return { made: Reflect.apply(called, on, parameters) as unknown, of: isMethod ? on : called };
    };
    let { made, of } = call();
    if (!this.#isLent || isData(made)) return made;
    return this.#standFor(made as object, () => {
      if (of !== (isMethod ? currentOf(receiver) : lead())) ({ made, of } = call());
      return present(made, "result");
    });
  }
}

// deno-lint-ignore no-explicit-any -- nothing is known of the functions of a context
type Callable = (this: any, ...parameters: any[]) => unknown;

/** The target of a proxy: what `typeof` and `Array.isArray` take for the same, and what has nothing that it must report. */
function standIn(value: object): object {
  if (typeof value === "function") return (function () {}).bind(undefined);
  return Array.isArray(value) ? [] : {};
}

/** What a façade stands for; everything else stands for itself. */
function currentOf<Value>(value: Value): Value {
  return (leads.get(value as object)?.() ?? value) as Value;
}

/** What a façade was made for must be there. */
function present(value: unknown, name: PropertyKey): object {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return value;
  throw new TypeError(`The constructor has kept \`${String(name)}\`, which is not there in this method`);
}

/** Whether something is a value, which leads nowhere. A promise has happened already. */
function isValue(value: unknown): boolean {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  return VALUES.some((type) => value instanceof type) || ArrayBuffer.isView(value);
}

/** Whether something is a value, or a list or a plain object of such: what was read. Making it anew could be doing it again. */
function isData(value: unknown, above: readonly unknown[] = []): boolean {
  if (isValue(value) || above.includes(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((part) => isData(part, [...above, value]));
}
