import type { TaskView } from "../../api/views";
import { between, inColumns, inWords } from "../../shared/duration";
import { stateWord } from "../../shared/state-words";

export interface MatrixCell {
  task: TaskView;
  words: string;
  short: string;
  /** From 0 to 1 within all cells; null where there is nothing to compare. */
  heat: number | null;
}

export interface MatrixGrid {
  /** Names of the dimensions. */
  down: string;
  across: string;
  columns: readonly string[];
  rows: readonly { name: string; cells: readonly (MatrixCell | null)[] }[];
  /** The least and the greatest value; null where none is known. */
  range: readonly [string, string] | null;
}

/** What a matrix can be coloured by: its states, its times, and every output that is a number. */
export function measures(tasks: readonly TaskView[]): { id: string; label: string }[] {
  const outputs = new Set(
    tasks.flatMap(({ outputs }) =>
      Object.entries(outputs).flatMap(([name, value]) => (numeric(value) === null ? [] : [name])),
    ),
  );
  return [
    { id: "state", label: "State" },
    { id: "duration", label: "Duration" },
    ...[...outputs].sort().map((name) => ({ id: `output:${name}`, label: `Output ${name}` })),
  ];
}

function numeric(value: string | undefined): number | null {
  if (value === undefined || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** The rows of a matrix as a table: its first dimension down, the others across. */
export function matrixGrid(tasks: readonly TaskView[], measure: string, now: number): MatrixGrid {
  const names = [...new Set(tasks.flatMap(({ matrix }) => Object.keys(matrix)))];
  const [down = "", ...others] = names;
  const rowOf = ({ matrix, label }: TaskView) => matrix[down] ?? label;
  const columnOf = ({ matrix }: TaskView) => others.map((name) => matrix[name] ?? "").join(", ");
  const rows = [...new Set(tasks.map(rowOf))];
  const columns = [...new Set(tasks.map(columnOf))];
  const value = (task: TaskView) => valueOf(task, measure, now);
  const known = tasks.map(value).filter((number) => number !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const cell = (task: TaskView): MatrixCell => {
    const number = value(task);
    const heat = number === null ? null : most > least ? (number - least) / (most - least) : 0.5;
    const words = number === null ? "" : `, ${shown(number, measure)}`;
    return {
      task,
      words: `${stateWord(task.state).toLowerCase()}${words}`,
      short: number === null ? "–" : brief(number, measure),
      heat: measure === "state" ? null : heat,
    };
  };
  const find = (row: string, column: string) =>
    tasks.find((task) => rowOf(task) === row && columnOf(task) === column);
  return {
    down,
    across: others.join(", "),
    columns,
    rows: rows.map((name) => ({
      name,
      cells: columns.map((column) => {
        const task = find(name, column);
        return task ? cell(task) : null;
      }),
    })),
    range:
      measure === "state" || !known.length ? null : [shown(least, measure), shown(most, measure)],
  };
}

function valueOf(task: TaskView, measure: string, now: number): number | null {
  if (measure === "duration") return between(task.startedAt, task.finishedAt, now);
  return measure.startsWith("output:") ? numeric(task.outputs[measure.slice(7)]) : null;
}

const shown = (value: number, measure: string) =>
  measure === "duration" ? inWords(value) : String(Number(value.toPrecision(6)));
const brief = (value: number, measure: string) =>
  measure === "duration" ? inColumns(value) : String(Number(value.toPrecision(3)));
