/** The shells that there is completion for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

// What completes is said by `pagoda __complete`, from the table of commands: scripts only ask.
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for pagoda: eval "$(pagoda completion bash)"
_pagoda() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o default 2>/dev/null
    else
      # bash takes --flag=value apart: only what is behind the sign is replaced.
      case "$line" in --*=*) line="\${line#*=}" ;; *=) compopt -o nospace 2>/dev/null ;; esac
      COMPREPLY+=("$line")
    fi
  done < <(pagoda __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _pagoda pagoda
`,
  zsh: `#compdef pagoda
# zsh completion for pagoda: source <(pagoda completion zsh)
_pagoda() {
  local line
  local -a found
  for line in "\${(@f)$(pagoda __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$line" in
      :files) _files ;;
      ?*) found+=("$line") ;;
    esac
  done
  compadd -Q -a found
}
if [ "\${funcstack[1]}" = "_pagoda" ]; then
  _pagoda "$@"
else
  compdef _pagoda pagoda
fi
`,
  fish: `# fish completion for pagoda: pagoda completion fish | source
function __pagoda_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    for line in (pagoda __complete -- $words 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c pagoda -f -a '(__pagoda_complete)'
`,
};

/** What the shell reads once. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
