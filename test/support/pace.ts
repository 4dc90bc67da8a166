/** CPU time of the calibrating work on an ordinary machine, in milliseconds. */
const ORDINARY = 60;

/** Milliseconds of the processor that work takes, whatever other tests take of it. */
export function cpuTimeOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

/** Whether CPU time in milliseconds is less than a limit, which is that much longer as this machine is slower than an ordinary one. */
export function isWithin(limit: number, milliseconds: number): boolean {
  return milliseconds < limit || milliseconds < limit * pace();
}

function pace(): number {
  return Math.min(...[1, 2, 3].map(() => cpuTimeOf(calibrate))) / ORDINARY;
}

function calibrate(): void {
  const list = Array.from({ length: 20_000 }, (_, at) => ({ at, name: `item-${at}`, list: [at, `${at}`] }));
  for (let round = 0; round < 5; round += 1) JSON.parse(JSON.stringify(list));
  list.sort((a, b) => (a.name < b.name ? 1 : -1));
}
