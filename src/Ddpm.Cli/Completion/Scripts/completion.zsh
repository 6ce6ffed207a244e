#compdef ddpm
# Completes ddpm in zsh. In ~/.zshrc, after compinit:  source <(ddpm completion zsh)
_ddpm() {
    local line="${(j: :)words[1,CURRENT-1]} $PREFIX"
    local -a known
    known=("${(@f)$("${(Q)words[1]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
    known=(${known:#})
    if (( ${#known} )); then
        compadd -- "${known[@]}"
    else
        # Without an answer the shell completes the names of files.
        _files
    fi
}
compdef _ddpm ddpm
