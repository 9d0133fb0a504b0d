import type { ChangeReference } from "../report.ts";

/** A method of a change unit. Its result is awaited and otherwise ignored. */
export type ChangeMethod<Context> = (context: Context) => unknown;

/** What a change unit can say about itself, whichever form it is written in. */
export interface ChangeUnitAttributes {
  /** The id. In a folder it comes from the file name, and one that is given must agree with it. */
  readonly id?: string;
  /** The order. In a folder it comes from the file name, and one that is given must agree with it. */
  readonly order?: string;
  /**
   * Who wrote it; id and author together are the identity of a change unit.
   *
   * @default {"default-author"}
   */
  readonly author?: string;
  /** What it is for, in a sentence. */
  readonly description?: string;
  /**
   * Whether it runs in every execution, not only in the first.
   *
   * @default {false}
   */
  readonly runAlways?: boolean;
  /**
   * Whether it runs again after it has been edited; without this an edited change unit is a problem.
   *
   * @default {false}
   */
  readonly runOnChange?: boolean;
  /**
   * The version of the system it belongs to; a runner may be limited to a range of versions.
   *
   * @default {"0"}
   */
  readonly systemVersion?: string;
  /**
   * Whether it runs in a transaction. Without, it does, except on a database where a change of the schema would commit the
   * transaction (MySQL, MariaDB): there `true` says that it changes data alone.
   */
  readonly transactional?: boolean;
  /**
   * Whether its failure ends the execution.
   *
   * @default {true}
   */
  readonly failFast?: boolean;
  /**
   * The profiles it belongs to; `!name` excludes one. Without profiles it belongs to all.
   *
   * @default {[]}
   */
  readonly profiles?: readonly string[];
  /**
   * Whether it may run although a change unit with a higher order has been executed before.
   *
   * @default {false}
   */
  readonly outOfOrder?: boolean;
  /**
   * How long its execution and its before step may each take, in milliseconds; then they are told to stop and count as failed.
   * Without, they may take as long as they need.
   */
  readonly timeoutMs?: number;
}

/** A change unit that can be rolled back. */
export interface Reversible<Context> {
  /** Undoes what `execution` did. */
  readonly rollbackExecution: ChangeMethod<Context>;
  /** Only for change units without `rollbackExecution`. */
  readonly irreversible?: never;
}

/** A change unit that cannot be rolled back, and why. */
export interface Irreversible {
  /** Why it cannot be rolled back; quoted to whoever tries. */
  readonly irreversible: string;
  /** Not there: the change unit is irreversible. */
  readonly rollbackExecution?: never;
}

/** A step that runs before `execution` and outside its transaction, and what undoes it. */
export interface WithBefore<Context> {
  /** Prepares the ground, for example creates collections and indexes; it has an entry of its own in the history. */
  readonly beforeExecution: ChangeMethod<Context>;
  /** Undoes what `beforeExecution` did. */
  readonly rollbackBeforeExecution: ChangeMethod<Context>;
}

/** A change unit without a before step. */
export interface WithoutBefore {
  /** Not there. */
  readonly beforeExecution?: never;
  /** Not there. */
  readonly rollbackBeforeExecution?: never;
}

/** A change unit as it is written down: its attributes and its methods. */
export type ChangeUnitDefinition<Context> =
  & ChangeUnitAttributes
  & {
    /** Makes the change. */
    readonly execution: ChangeMethod<Context>;
  }
  & (Reversible<Context> | Irreversible)
  & (WithBefore<Context> | WithoutBefore);

/** What a source knows of a change unit without loading it. */
export interface ListedChange {
  /** Its order. */
  readonly order: string;
  /** Its id. */
  readonly id: string;
  /** The file it comes from, or null. */
  readonly file: string | null;
  /** The checksum of its source text, or null where there is none to compare. */
  readonly checksum: string | null;
  /** Its author where that is known without loading it, else null. */
  readonly author: string | null;
  /** The file that undoes it, where a change unit in SQL has one beside its own. */
  readonly undoFile?: string;
}

/** A loaded change unit with every default filled in. */
export interface LoadedChangeUnit extends ChangeReference {
  /** The checksum of its source text, or null where there is none to compare. */
  readonly checksum: string | null;
  /** What it is for, or null. */
  readonly description: string | null;
  /** Whether it runs in every execution. */
  readonly runAlways: boolean;
  /** Whether it runs again after an edit. */
  readonly runOnChange: boolean;
  /** The version of the system it belongs to. */
  readonly systemVersion: string;
  /** Whether it runs in a transaction, or null where it leaves that to the database. */
  readonly transactional: boolean | null;
  /** Whether its failure ends the execution. */
  readonly failFast: boolean;
  /** The profiles it belongs to. */
  readonly profiles: readonly string[];
  /** Whether it may run after a change unit with a higher order. */
  readonly outOfOrder: boolean;
  /** How long its execution and its before step may each take, in milliseconds, or null. */
  readonly timeoutMs: number | null;
  /** Why it cannot be rolled back, or null when it can. */
  readonly irreversible: string | null;
  /** Makes the change. */
  readonly execution: ChangeMethod<object>;
  /** Undoes it, or null when it is irreversible. */
  readonly rollbackExecution: ChangeMethod<object> | null;
  /** Runs before it, outside the transaction, or null. */
  readonly beforeExecution: ChangeMethod<object> | null;
  /** Undoes the before step, or null when there is none. */
  readonly rollbackBeforeExecution: ChangeMethod<object> | null;
}
