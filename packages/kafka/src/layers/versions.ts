/** Which versions of an API a hook is for. */
export type VersionPredicate = (version: number) => boolean;

/** Every version that the codec knows. */
export const everyVersion: VersionPredicate = () => true;
