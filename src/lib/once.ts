/** A function that creates its value at the first call and returns the same one at later calls. */
export function once<Value extends object>(build: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= build();
    return value;
  };
}
