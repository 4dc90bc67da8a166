/** The Action's own version: package.json's, to which a test holds it, since the bundle is compiled from src/ alone. */
export const actionVersion = '1.0.0';
