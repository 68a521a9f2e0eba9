/**
 * Families of the target page that nothing feeds yet, by name. A family that is built leaves this
 * list in the same change; the contract test fails otherwise.
 */
export const pendingFamilies: readonly string[] = [];
