import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { onTestFinished } from 'vitest';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** A rendered tree. */
export interface Rendered {
  text(): string;
  render(tree: ReactNode): Promise<void>;
  unmount(): Promise<void>;
}

/** Renders a tree into an element of its own. */
export async function render(tree: ReactNode): Promise<Rendered> {
  const element = document.createElement('div');
  const root = createRoot(element);
  let isMounted = true;
  const self: Rendered = {
    text: () => element.textContent ?? '',
    render: (next) => act(async () => root.render(next)),
    async unmount() {
      if (isMounted) await act(async () => root.unmount());
      isMounted = false;
    },
  };
  onTestFinished(self.unmount);
  await self.render(tree);
  return self;
}
