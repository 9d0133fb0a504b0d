/** An option that every command has. */
export interface CommonOption {
  /** As it is typed. */
  readonly option: string;
  /** What it does, in a line of the help. */
  readonly description: string;
  /** What the help calls its value; left out for an option that has none. */
  readonly placeholder?: string;
  /** What its value names, for shells to complete it. */
  readonly names?: "file" | "folder";
  /** Whether it may be given several times. */
  readonly isRepeatable?: true;
}

/** Every option that every command has, in the order in which the help shows them. */
export const COMMON_OPTIONS: readonly CommonOption[] = [
  {
    option: "--database",
    placeholder: "URL",
    description: "sqlite:./shop.db, mongodb://…, postgres://…, mysql://…, kv:… (else DENOCK_DATABASE)",
  },
  {
    option: "--migrations",
    placeholder: "DIR",
    description: "the folder of the change units (else ./migrations)",
    names: "folder",
  },
  {
    option: "--config",
    placeholder: "FILE",
    description: "the configuration (else ./denock.config.ts, if it is there)",
    names: "file",
  },
  {
    option: "--environment",
    placeholder: "NAME",
    description: "one of the environments in the configuration (else DENOCK_ENVIRONMENT)",
  },
  { option: "--profile", placeholder: "NAME", description: "an active profile; may be repeated", isRepeatable: true },
  { option: "--quiet", description: "say nothing but results, warnings and errors" },
  { option: "--verbose", description: "tell every step, and where errors come from" },
  { option: "--json", description: "print one JSON document on stdout, and nothing else there" },
];
