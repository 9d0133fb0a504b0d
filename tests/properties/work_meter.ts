/** What of the language goes through a whole collection; the rest of it does not, or goes through these. */
const PASSES: readonly (readonly [prototype: object, methods: readonly string[]])[] = [
  [
    Array.prototype,
    [
      ...["concat", "every", "filter", "find", "findIndex", "findLast", "findLastIndex", "flat", "flatMap", "forEach"],
      ...["includes", "indexOf", "join", "lastIndexOf", "map", "reduce", "reduceRight", "reverse", "shift", "slice"],
      ...["some", "sort", "splice", "toReversed", "toSorted", "toSpliced", "unshift", "with"],
    ],
  ],
  [Map.prototype, ["forEach"]],
  [Set.prototype, ["forEach", "union", "intersection", "difference", "isSubsetOf"]],
];

/** What every loop, spread and copy goes through, step by step. */
const ITERATORS: readonly object[] = [[], new Map(), new Set()].map((each) =>
  Object.getPrototypeOf(each[Symbol.iterator]())
);

/**
 * Counts work: each element that a loop or a method of a collection goes through, each comparison of a sort, and each
 * property that is read from what is `watched`. It is the same count on every machine.
 */
export class WorkMeter {
  readonly #most: number;
  #isRunning = false;
  #count = 0;

  /** Makes a meter that throws as soon as it has counted more than `most`. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /** A copy of an object of which each reading of a property counts. */
  watch<Value extends object>(value: Value): Value {
    return new Proxy(value, {
      get: (target, name, receiver) => {
        this.#add(1);
        return Reflect.get(target, name, receiver);
      },
    });
  }

  /** The work of a synchronous function. */
  measure(work: () => unknown): number {
    const restore = PASSES.flatMap(([prototype, methods]) => methods.map((name) => this.#meter(prototype, name)));
    restore.push(...ITERATORS.map((prototype) => this.#meterSteps(prototype)));
    this.#count = 0;
    this.#isRunning = true;
    try {
      work();
      return this.#count;
    } finally {
      this.#isRunning = false;
      for (const each of restore) each();
    }
  }

  #add(count: number): void {
    if (!this.#isRunning) return;
    this.#count += count;
    if (this.#count > this.#most) throw new RangeError(`That is more than ${this.#most} steps of work`);
  }

  /** A pass counts the elements that are there, however early it ends: what ends early for one may not for another. */
  #meter(prototype: object, name: string): () => void {
    const original = Reflect.get(prototype, name);
    const add = (count: number) => this.#add(count);
    return replace(prototype, name, function (this: { length?: number; size?: number }, ...given: unknown[]) {
      add(this.length ?? this.size ?? 0);
      const [compare] = given;
      const sorts = name === "sort" || name === "toSorted";
      if (!sorts || typeof compare !== "function") return Reflect.apply(original, this, given);
      const counting = (left: unknown, right: unknown) => {
        add(1);
        return compare(left, right);
      };
      return Reflect.apply(original, this, [counting]);
    });
  }

  #meterSteps(prototype: object): () => void {
    const original = Reflect.get(prototype, "next");
    const add = () => this.#add(1);
    return replace(prototype, "next", function (this: Iterator<unknown>) {
      add();
      return Reflect.apply(original, this, []);
    });
  }
}

function replace(prototype: object, name: PropertyKey, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  Object.defineProperty(prototype, name, { ...original, value });
  return () => void Object.defineProperty(prototype, name, original);
}
