# Completes ddpm in bash. In ~/.bashrc:  source <(ddpm completion bash)
_ddpm() {
    local line=${COMP_LINE:0:COMP_POINT} word
    # bash takes what follows = for a word of its own.
    local typed=${line##*[[:space:]]} cut=""
    [[ $typed == --*=* ]] && cut=${typed%%=*}=
    COMPREPLY=()
    while IFS= read -r word; do
        word=${word%$'\r'}
        [[ -n $word ]] && COMPREPLY+=("${word#"$cut"}")
    done < <("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)
}
# Without an answer the shell completes the names of files.
complete -o bashdefault -o default -F _ddpm ddpm
