import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { search } from "../state/search.ts";
import type { Found } from "../state/search.ts";
import { view } from "../state/traffic.ts";
import { Name } from "./bits.tsx";

/** Finds topics, clients, groups, brokers and errors by their names. */
export function SearchDialog({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="search" aria-label="Search" onClose={onClose}>
      {open && <Search onClose={onClose} />}
    </dialog>
  );
}

function Search({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const all: readonly Found[] = view.value === undefined ? [] : search(view.value, text);
  const at = Math.min(chosen, all.length - 1);
  const go = (found: Found | undefined): void => {
    if (found === undefined) return;
    location.hash = found.href;
    onClose();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setChosen(Math.min(at + 1, all.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(at - 1, 0));
    else if (event.key === "Enter") go(all[at]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Search topics, clients, groups, errors"
        aria-expanded={all.length > 0}
        aria-controls="found"
        aria-activedescendant={all.length > 0 ? `found-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Topic, client, group, error"
        autocomplete="off"
        // The dialog was opened to type here.
        autofocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <div id="found" role="listbox" aria-label="Found">
        {all.map((found, n) => (
          <div
            key={`${found.kind} ${found.href}`}
            id={`found-${n}`}
            role="option"
            aria-selected={n === at}
            onClick={() => go(found)}
          >
            <span class={`kind kind-${found.kind}`}>{found.kind}</span> <Name name={found.name} />
          </div>
        ))}
      </div>
      {all.length === 0 && <p class="muted">Nothing has that name.</p>}
    </>
  );
}
