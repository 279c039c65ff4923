// What a user of the npm package may write; each line marked as an error has to be one.
import 'makespan-viewer';
import type { MakespanViewer, Stats, Summary } from 'makespan-viewer';
import type { RunSummary } from 'makespan-viewer/json/summary';

export function slowest(document: Summary): RunSummary | undefined {
  return document.runs.reduce<RunSummary | undefined>(
    (slow, run) => ((run.makespan_ns ?? 0) > (slow?.makespan_ns ?? -1) ? run : slow),
    undefined,
  );
}

export function rate(document: Stats): number | null {
  return document.all.success_rate;
}

export function mistake(document: Summary): number {
  // @ts-expect-error: there is no such member.
  return document.runs[0].no_such_member;
}

export const viewer: MakespanViewer = document.createElement('makespan-viewer');
viewer.addEventListener('error', (event) => console.log(event.detail.message));
