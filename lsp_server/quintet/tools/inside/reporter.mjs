// A reporter for `node --test`: one JSON line a test, in the shape our Python recorders write.
// Runs inside the sandbox, under the user's node (18.15 or later).
import { relative } from "node:path";

const root = process.cwd();

export default async function* report(source) {
  const parents = [];
  for await (const { type, data } of source) {
    if (type === "test:start") {
      parents.length = data.nesting;
      parents.push(data.name);
    } else if (type === "test:pass" || type === "test:fail") {
      if (data.details?.type === "suite") continue;
      const record = { ...placed(data, parents), seconds: (data.details?.duration_ms ?? 0) / 1000 };
      const skipped = data.skip !== undefined || data.todo !== undefined;
      if (type === "test:pass" || skipped) {
        yield line({ ...record, outcome: skipped ? "skipped" : "passed" });
      } else if (data.details?.error?.failureType !== "subtestsFailed") {
        yield line({ ...record, outcome: "failed", ...reason(data.details?.error) });
      }
    }
  }
  yield line({ end: 0 });
}

function placed(data, parents) {
  const file = data.file ? relative(root, data.file) : null;
  const chain = [...parents.slice(0, data.nesting), data.name];
  const names = chain.filter((name) => name !== data.file && relative(root, name) !== file);
  return { test: [file ?? "", ...names].filter(Boolean).join("::"), file };
}

function reason(error) {
  const cause = error?.cause ?? error;
  const text = String(cause?.stack ?? cause ?? "failed");
  const message = cause?.message ? `${cause.name ?? "Error"}: ${cause.message}` : String(cause);
  return { message: message.slice(0, 600), detail: text.slice(0, 6000) };
}

function line(record) {
  return `${JSON.stringify(record)}\n`;
}
