import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { giveToken, tokenNeeded } from "../api/token.ts";

/** Asks for the admin server's token when it wants one. */
export function TokenDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const needed = tokenNeeded.value;
  useEffect(() => {
    if (needed) dialog.current?.showModal();
    else dialog.current?.close();
  }, [needed]);
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={(event) => event.preventDefault()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const given = field.current?.value.trim() ?? "";
          if (given !== "") giveToken(given);
        }}
      >
        <h2 id="token-title">The admin server asks for a token</h2>
        <p class="muted">
          It is <code>admin.token</code> of the configuration. This tab keeps it until it is closed.
        </p>
        <label>
          Token <input ref={field} type="password" autocomplete="off" required />
        </label>
        <button type="submit" class="primary">
          Continue
        </button>
      </form>
    </dialog>
  );
}
