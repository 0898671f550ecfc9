/** Writes and checks argon2id hashes in PHC form. */
export interface Argon2 {
  hash(password: string, parameters: Argon2Parameters): Promise<string>;
  /** False for a wrong password; throws for what is not a PHC string. */
  verify(hash: string, password: string): Promise<boolean>;
}

/** The cost of a hash: memory in KiB, passes over it, and lanes. */
export interface Argon2Parameters {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** The native build with SIMD, three to four times as fast; throws where there is no build for the system. */
export async function loadFastArgon2(): Promise<Argon2> {
  const fast = await import('@node-rs/argon2');
  return { hash: (password, parameters) => fast.hash(password, parameters), verify: fast.verify };
}

/** The reference build, which compiles everywhere. */
export async function loadReferenceArgon2(): Promise<Argon2> {
  const { default: reference } = await import('argon2');
  return {
    async hash(password, parameters) {
      const hash = await reference.hash(password, { ...parameters, type: reference.argon2id });
      // It sorts the parameters by name; PHC strings of argon2 have them as m, t, p.
      return hash.replace(/,(p=\d+),(t=\d+)\$/, ',$2,$1$');
    },
    verify: reference.verify,
  };
}

/** The fastest argon2 that loads here; both write and read the same strings. */
export async function loadArgon2(): Promise<Argon2> {
  return await loadFastArgon2().catch(loadReferenceArgon2);
}
