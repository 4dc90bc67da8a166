/** Environment variables by name, handed in so that no module reads the process itself. */
export type Environment = Readonly<Record<string, string | undefined>>;
