import { type Attributes, CLASS_ATTRIBUTES, findWrongValues, type Said } from "./attributes.ts";
import type { ListedChange } from "./change_unit.ts";
import { type ChangeUnitReading, unitOf } from "./reading.ts";
import { isEmptyScript, parseSqlFile, type SqlAttribute, type SqlFile } from "./sql_file.ts";
import { ROLLBACK_LINE, type SqlTexts } from "./sql_checksum.ts";
import { sqlMethod, type SqlScript } from "./sql_method.ts";

/** What a SQL file can say; its id and order are in its name. */
const { id: _id, order: _order, ...SQL_ATTRIBUTES } = CLASS_ATTRIBUTES as Attributes;
const NAMES = Object.keys(SQL_ATTRIBUTES);

/** Reads a SQL file as a change unit. Collects every violation, so that it is mended in one go. */
export function readSqlFile(texts: SqlTexts, listed: ListedChange, defaultAuthor: string): ChangeUnitReading {
  const file = listed.file ?? listed.id;
  const undoFile = listed.undoFile ?? "the file that undoes it";
  const sql = parseSqlFile(file, texts.text, NAMES);
  const undo = texts.undoText === null ? null : parseSqlFile(undoFile, texts.undoText, []);
  const rollback = undo?.execution ?? sql.rollback;
  const { said, violations } = readAttributes(sql.attributes);
  const complete = {
    ...said,
    execution: sqlMethod(sql.execution),
    ...(rollback !== null && { rollbackExecution: sqlMethod(rollback) }),
  };
  const all = [
    ...sql.violations,
    ...violations,
    ...undo === null ? [] : findWrongUndoFile(undo, sql, undoFile),
    ...findWrongParts(sql.execution, rollback, said, file),
  ];
  return all.length > 0 ? { violations: all } : { unit: unitOf(complete, listed, defaultAuthor) };
}

function readAttributes(attributes: readonly SqlAttribute[]): { readonly said: Said; readonly violations: string[] } {
  const said: Record<string, unknown> = {};
  const violations: string[] = [];
  for (const { line, name, value } of attributes) {
    const wrong = Object.hasOwn(said, name)
      ? [`\`${name}\` is said twice`]
      : findWrongValues({ [name]: typed(name, value) }, SQL_ATTRIBUTES, "a SQL file");
    violations.push(...wrong.map((violation) => `Line ${line}: ${violation}`));
    said[name] = typed(name, value);
  }
  return { said, violations };
}

/** The value that a text stands for; one that stands for none stays a text, and is complained of as such. */
function typed(name: string, value: string): unknown {
  if (name === "profiles") return value.split(",").map((profile) => profile.trim());
  if (name === "timeoutMs") return /^\d+$/.test(value) ? Number(value) : value;
  const isTruth = SQL_ATTRIBUTES[name]?.accepts(true) === true;
  return isTruth && (value === "true" || value === "false") ? value === "true" : value;
}

function findWrongUndoFile(undo: SqlFile, sql: SqlFile, undoFile: string): string[] {
  const violations = undo.violations.map((violation) => `${undoFile}: ${violation}`);
  if (undo.attributes.length > 0) {
    violations.push(`${undoFile} says something of itself: put that into ${sql.execution.file}`);
  }
  if (undo.rollback !== null) violations.push(`${undoFile} has the line \`${ROLLBACK_LINE}\`: leave it away there`);
  if (sql.rollback !== null) {
    violations.push(`It has the line \`${ROLLBACK_LINE}\`, and ${undoFile} is there as well: keep one of the two`);
  }
  return violations;
}

function findWrongParts(execution: SqlScript, rollback: SqlScript | null, said: Said, file: string): string[] {
  const violations: string[] = [];
  if (isEmptyScript(execution.text)) violations.push("It has no statement to execute");
  if (rollback === null && said.irreversible === undefined) {
    violations.push(
      `It has no rollback: add it behind a line \`${ROLLBACK_LINE}\`, or as ${
        file.replace(/\.sql$/, ".undo.sql")
      }, or say ` +
        "why there is none with `-- denock: irreversible=…`",
    );
  }
  if (rollback !== null && said.irreversible !== undefined) {
    violations.push("`irreversible` contradicts its rollback: keep one");
  }
  if (rollback !== null && isEmptyScript(rollback.text)) violations.push("Its rollback has no statement");
  if (said.runAlways === true && said.runOnChange === true) {
    violations.push("`runAlways` includes `runOnChange`: keep one");
  }
  return violations;
}
