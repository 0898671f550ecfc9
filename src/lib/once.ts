/** A function that builds its value at the first call and returns the same one ever after. */
export function once<Value extends object>(build: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= build();
    return value;
  };
}
