import fc from 'fast-check';

// The same cases on every run, so that a change is judged by what it changes. CI looks for new ones once a week.
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_123) });
