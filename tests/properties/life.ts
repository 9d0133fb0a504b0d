import { assert, assertEquals } from "@std/assert";
import type { Limit } from "../../src/plan/limit_plan.ts";
import type { UndoTarget } from "../../src/plan/undo_plan.ts";
import type { ExecutionReport } from "../../src/report.ts";
import * as arbitrary from "./arbitraries.ts";
import { type Deed, type Faulty, permissive } from "./deeds.ts";
import { faultKey, type Faults, PlainDatabase, type PlainOutcome } from "./plain_database.ts";
import { baselinePlainly, type PlainMarkPlan, repairPlainly } from "./plain_marks.ts";
import { type PlainPlan, planPlainly, planUndoPlainly } from "./plain_plan.ts";
import {
  fileNameOf,
  foldPlainly,
  keyOf,
  type KnownUnits,
  type PlainFile,
  type Settings,
  type Text,
} from "./plain_world.ts";
import { type Ending, RealWorld } from "./real_world.ts";

const COMMENT = { by: "ann", reason: "she has looked" };

/** A life of a folder and its database, told twice: by the runner and by the model. */
export class Life {
  readonly #real = new RealWorld();
  readonly #model = new PlainDatabase();
  readonly #shelf: readonly Text[];
  #files: readonly PlainFile[] = [];

  constructor(shelf: readonly Text[], files: readonly PlainFile[]) {
    this.#shelf = shelf;
    this.#files = files;
  }

  async live(deeds: readonly Deed[]): Promise<void> {
    for (const deed of deeds) {
      await this.#do(deed);
      this.#assertSame();
    }
    await this.#undoEverything();
  }

  async #do(deed: Deed): Promise<void> {
    switch (deed.does) {
      case "put":
        return this.#replace(null, arbitrary.placed(this.#shelf, deed.place, deed.order));
      case "edit": {
        const file = this.#files[deed.index];
        const text = this.#shelf.find(({ id, version }) => id === file?.text.id && version === deed.version);
        return this.#replace(null, file === undefined || text === undefined ? null : { ...file, text });
      }
      case "remove":
        return this.#replace(this.#files[deed.index] ?? null, null);
      case "renumber": {
        const file = this.#files[deed.index];
        if (file === undefined) return;
        return this.#replace(file, arbitrary.placed([file.text], 0, deed.order));
      }
      case "migrate":
        return await this.#migrate(deed.settings, deed.limit, toMap(deed.faults));
      case "undo":
        return void await this.#undo(deed.settings, deed.target, toMap(deed.faults));
      case "repair":
        if (this.#hasTwins()) return;
        return await this.#mark(
          repairPlainly(this.#files, this.#model.known, deed.repairs),
          (runner) => runner.repair({ repairs: deed.repairs, comment: COMMENT }),
        );
      case "baseline":
        return await this.#mark(
          baselinePlainly(this.#files, this.#model.known, deed.to),
          (runner) => runner.baseline({ to: deed.to, comment: COMMENT }),
        );
    }
  }

  /** Takes a file away and puts another one into the folder, over one with the same name. */
  #replace(taken: PlainFile | null, put: PlainFile | null): void {
    const names = [taken, put].map((file) => file && fileNameOf(file));
    this.#files = [...this.#files.filter((file) => !names.includes(fileNameOf(file))), ...(put === null ? [] : [put])]
      .toSorted((left, right) => fileNameOf(left) < fileNameOf(right) ? -1 : 1);
  }

  #hasTwins(): boolean {
    return new Set(this.#files.map(({ text }) => keyOf(text))).size < this.#files.length;
  }

  async #migrate(settings: Settings, limit: Limit, faults: Faults): Promise<void> {
    const plain = planPlainly(this.#files, this.#model.known, settings, limit);
    const ending = await this.#carryOut(
      { settings, faults, plain },
      (runner) => runner.plan(limit),
      (runner) => runner.migrate(limit),
      () => this.#model.migrate(plain.steps, settings, faults),
    );
    if (ending === null) return;
    this.#assertAddsUp(ending.report);
    if (!ending.isComplete || ending.report.failed.length > 0 || Object.keys(limit).length > 0) return;
    this.#assertSame();
    await this.#migrateAgain(settings);
  }

  /** Nothing is executed twice but what says so. */
  async #migrateAgain(settings: Settings): Promise<void> {
    const { steps } = planPlainly(this.#files, this.#model.known, settings, {});
    const report = await this.#real.run({ files: this.#files, settings }, (runner) => runner.migrate());
    const always = this.#files.filter(({ text }) => text.again === "always").map(({ text }) => keyOf(text));
    assert(report.executed.every((change) => always.includes(keyOf(change))), "nothing is executed twice");
    this.#model.migrate(steps, settings, new Map());
  }

  async #undo(settings: Settings, target: UndoTarget, faults: Faults): Promise<Ending | null> {
    if (this.#hasTwins()) return null;
    const plain = planUndoPlainly(this.#files, this.#model.known, settings, target);
    return await this.#carryOut(
      { settings, faults, plain },
      (runner) => runner.planUndo(target),
      (runner) => runner.undo(target),
      () => this.#model.undo(plain.steps, settings, faults),
    );
  }

  /** Looks at the plan, carries it out, and compares both with the model. */
  async #carryOut(
    { settings, faults, plain }: { settings: Settings; faults: Faults; plain: PlainPlan },
    plan: (runner: RunnerOf) => Promise<PlanOf>,
    execute: (runner: RunnerOf) => Promise<ExecutionReport>,
    model: () => PlainOutcome,
  ): Promise<Ending | null> {
    const before = this.#real.snapshot();
    const world = { files: this.#files, settings, faults };
    const steps = await this.#plan(world, plan, plain);
    const validated = await this.#real.run(world, (runner) => runner.validate());
    const { changes } = planPlainly(this.#files, this.#model.known, settings, {});
    assertEquals(validated.changes.map(told).toSorted(), changes.map(told).toSorted(), "validate() agrees");
    assertEquals(this.#real.snapshot(), before, "a plan changes nothing");
    const ending = await RealWorld.endingOf(this.#real.run(world, execute));
    const isRefused = plain.problems.some((problem) => problem.endsWith("error"));
    assertEquals(ending === null, isRefused, "it is refused if the plan has a problem, and only then");
    if (ending === null) {
      assertEquals(this.#real.snapshot(), before, "what is refused changes nothing");
      return null;
    }
    const { executed, failed, pending, warnings } = ending.report;
    const failures = failed.map((change) => `${keyOf(change)}: ${change.state}`);
    const { isComplete } = ending;
    assertEquals({ executed: executed.map(keyOf), failed: failures, isComplete }, { ...model() });
    assertEquals(warnings.map(({ code, severity }) => `${code} ${severity}`).toSorted(), plain.problems.toSorted());
    const settled = new Set([...executed, ...failed].map(keyOf));
    assertEquals(steps.filter((key) => settled.has(key)).length, settled.size, "only what was planned is done");
    const left = pending.map(keyOf).filter((key) => steps.includes(key));
    assertEquals(left, steps.filter((key) => !settled.has(key)), "what was planned and not done is pending");
    assertEquals(executed.map(keyOf), steps.filter((key) => executed.map(keyOf).includes(key)), "in the order planned");
    return ending;
  }

  async #plan(
    world: Parameters<RealWorld["run"]>[0],
    plan: (runner: RunnerOf) => Promise<PlanOf>,
    plain: PlainPlan,
  ): Promise<string[]> {
    const { changes, steps } = await this.#real.run(world, plan);
    assertEquals(changes.map(told).toSorted(), plain.changes.map(told).toSorted());
    assertEquals(steps.map(({ unit }) => keyOf(unit)), plain.steps.map(({ file }) => keyOf(file.text)));
    return steps.map(({ unit }) => keyOf(unit));
  }

  /** Every file is executed, failed, skipped, done or pending exactly once. */
  #assertAddsUp({ executed, failed, skipped, pending, done }: ExecutionReport): void {
    const named = [...executed, ...failed, ...skipped, ...pending].map(keyOf);
    assertEquals(new Set(named).size, named.length, "nothing is counted twice");
    assertEquals(named.length + done, this.#files.length, "everything is counted");
  }

  async #mark(plain: PlainMarkPlan, mark: (runner: RunnerOf) => Promise<ExecutionReport>): Promise<void> {
    const before = this.#real.snapshot();
    const world = { files: this.#files, settings: permissive("change") };
    const ending = await RealWorld.endingOf(this.#real.run(world, mark));
    assertEquals(ending === null, plain.problems.length > 0, "it is refused if there is a problem, and only then");
    if (ending === null) {
      assertEquals(this.#real.snapshot(), before, "what is refused changes nothing");
      return;
    }
    assertEquals(ending.report.executed.map(keyOf), plain.marks.map(keyOf));
    this.#model.mark(plain.marks, this.#files);
    this.#real.store.data = new Map(this.#model.data);
  }

  /** With everything in place and nothing left open, an undo of all leaves nothing. */
  async #undoEverything(): Promise<void> {
    const settings = { ...permissive("change"), rules: { ...permissive("change").rules, edited: "stop" as const } };
    const ending = await this.#undo(settings, { all: true }, new Map());
    if (ending === null) return;
    this.#assertSame();
    assertEquals([...this.#real.store.data], [], "an undo of all leaves nothing");
  }

  #assertSame(): void {
    this.#real.assertSound();
    const sorted = (data: ReadonlyMap<string, unknown>) => [...data].toSorted();
    assertEquals(sorted(this.#real.store.data), sorted(this.#model.data));
    assertEquals(toldUnits(foldPlainly(this.#real.store.entries)), toldUnits(this.#model.known));
  }
}

type RunnerOf = Parameters<Parameters<RealWorld["run"]>[1]>[0];
type Named = { readonly id: string; readonly author: string };
type PlanOf = { readonly changes: readonly Told[]; readonly steps: readonly { readonly unit: Named }[] };
type Told = Named & { readonly order: string; readonly decision: string };

function told({ order, id, author, decision }: Told): string {
  return `${order} ${id} by ${author}: ${decision}`;
}

function toMap(faults: Faulty): Faults {
  return new Map(faults.map(([id, method, fault]) => [faultKey(id, method), fault]));
}

/** Everything that is known, with what stands in the order in which it came to stand. */
function toldUnits(known: KnownUnits) {
  const units = [...known.values()].toSorted((left, right) => keyOf(left) < keyOf(right) ? -1 : 1);
  const standing = units.filter(({ since }) => since > 0).toSorted((left, right) => left.since - right.since);
  const left = units.filter(({ place }) => place > 0).toSorted((left, right) => left.place - right.place);
  return {
    units: units.map(({ since: _, place: __, runAlways: ___, ...unit }) => unit),
    standing: standing.map(keyOf),
    left: left.map(keyOf),
  };
}
