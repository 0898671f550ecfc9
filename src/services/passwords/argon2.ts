/** Creates and verifies argon2id hashes in PHC format. */
export interface Argon2 {
  hash(password: string, parameters: Argon2Parameters): Promise<string>;
  /** Returns false for a wrong password. Throws for a string that is not in PHC format. */
  verify(hash: string, password: string): Promise<boolean>;
}

/** The cost of a hash: memory in KiB, passes and lanes. */
export interface Argon2Parameters {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/**
 * Loads the native build with SIMD, which is three to four times as fast. Throws if there is no build for the system.
 */
export async function loadFastArgon2(): Promise<Argon2> {
  const fast = await import('@node-rs/argon2');
  return { hash: (password, parameters) => fast.hash(password, parameters), verify: fast.verify };
}

/** Loads the reference build, which compiles everywhere. */
export async function loadReferenceArgon2(): Promise<Argon2> {
  const { default: reference } = await import('argon2');
  return {
    async hash(password, parameters) {
      const hash = await reference.hash(password, { ...parameters, type: reference.argon2id });
      // The library sorts the parameters by name, but argon2 PHC strings have them as m, t, p.
      return hash.replace(/,(p=\d+),(t=\d+)\$/, ',$2,$1$');
    },
    verify: reference.verify,
  };
}

/** Loads the fastest argon2 build that is available. Both write and read the same strings. */
export async function loadArgon2(): Promise<Argon2> {
  return await loadFastArgon2().catch(loadReferenceArgon2);
}
